// SPDX-License-Identifier: GPL-2.0-only
// What watermarks did, by policy; and by cgroup, for those who ask for it.
#include "client/names.hpp"
#include "metrics/families.hpp"

#include <array>
#include <set>

namespace kmemcgd {
namespace {

constexpr MemberMetric<Watch> cgroup_values[] = {
    {"kmemcgd_cgroup_usage_bytes", "Memory charged to the cgroup.", &Watch::usage_bytes, false, 1},
    {"kmemcgd_cgroup_limit_bytes", "Its limit; 0: none.", &Watch::base_bytes, false, 1},
    {"kmemcgd_cgroup_high_mark_bytes", "Above it the module reclaims.", &Watch::high_bytes, false,
     1},
    {"kmemcgd_cgroup_low_mark_bytes", "Down to it.", &Watch::low_bytes, false, 1},
    {"kmemcgd_cgroup_reclaimed_bytes_total", "Memory that its watermark took.",
     &Watch::reclaimed_bytes, true, 1},
    {"kmemcgd_cgroup_cpu_seconds_total", "CPU time that this took.", &Watch::cpu_ns, true,
     ns_per_second},
    {"kmemcgd_cgroup_triggers_total", "Times that it was above its high mark.", &Watch::triggered,
     true, 1},
    {"kmemcgd_cgroup_not_converged_total", "Times that it hit its limit all the same.",
     &Watch::limit_hit, true, 1},
};

void add_states(const Scrape& scrape, Families& families) {
    std::array<std::uint64_t, KMEMCGD_WATCH_THRASHING + 1> states{};
    for (const auto& watch : *scrape.watches) {
        if (watch.state < states.size())
            ++states[watch.state];
    }
    auto& family = add_gauge(families, "kmemcgd_watched_cgroups",
                             "Cgroups that a watermark applies to, by state.");
    for (std::uint32_t state = 0; state < states.size(); ++state)
        add_sample(family, static_cast<double>(states[state]),
                   {{"state", watch_state_name(state)}});
}

// Two paths may become the same text, and one that is there twice breaks the scrape.
void add_cgroups(const Scrape& scrape, Families& families) {
    for (const auto& value : cgroup_values) {
        auto& family = value.add_to(families);
        std::set<std::string> told;
        for (const auto& watch : *scrape.watches) {
            const auto path = label_text(watch.path);
            if (told.insert(path).second)
                add_sample(family, value.of(watch),
                           {{"cgroup", path}, {"policy", scrape.policies.at(watch.policy_id)}});
        }
    }
}

} // namespace

void add_watermark_families(const Scrape& scrape, Families& families) {
    if (!scrape.watches)
        return;
    add_states(scrape, families);
    auto& triggers = add_counter(families, "kmemcgd_watermark_triggers_total",
                                 "Times that a cgroup was above its high mark.");
    for (const auto& [policy, counts] : scrape.totals)
        add_sample(triggers, static_cast<double>(counts.triggered), {{"policy", policy}});
    auto& not_converged = add_counter(families, "kmemcgd_watermark_not_converged_total",
                                      "Times that a cgroup hit its limit all the same.");
    for (const auto& [policy, counts] : scrape.totals)
        add_sample(not_converged, static_cast<double>(counts.not_converged), {{"policy", policy}});
    if (scrape.per_cgroup && !scrape.watches->empty())
        add_cgroups(scrape, families);
}

} // namespace kmemcgd
