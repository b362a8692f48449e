// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/policy_totals.hpp"

namespace kmemcgd {
namespace {

// Lower than before: it is counted anew since, because the module was loaded again or
// the cgroup was without a policy for a while.
std::uint64_t growth(std::uint64_t before, std::uint64_t now) {
    return now >= before ? now - before : now;
}

} // namespace

void PolicyTotals::keep(const std::set<std::string>& policies) {
    std::erase_if(totals_, [&](const auto& entry) { return policies.count(entry.first) == 0; });
    for (const auto& policy : policies)
        totals_.try_emplace(policy);
}

void PolicyTotals::take(const std::vector<Watch>& watches, bool complete,
                        const std::function<const std::string&(const Watch&)>& name_of) {
    std::set<std::uint64_t> present;
    for (const auto& watch : watches) {
        auto& last = seen_[watch.id];
        auto& total = totals_[name_of(watch)];
        total.triggered += growth(last.triggered, watch.triggered);
        total.not_converged += growth(last.not_converged, watch.limit_hit);
        last = {watch.triggered, watch.limit_hit};
        present.insert(watch.id);
    }
    if (complete)
        std::erase_if(seen_, [&](const auto& entry) { return present.count(entry.first) == 0; });
}

} // namespace kmemcgd
