// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/findings.hpp"
#include "render/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

bool has_watermark(const ModuleFacts& module, std::uint64_t id) {
    return module.watches && std::any_of(module.watches->begin(), module.watches->end(),
                                         [&](const Watch& watch) { return watch.id == id; });
}

// Those of the interval, if there was one.
std::uint64_t hits_of(const Observation& seen, std::size_t at) {
    if (seen.interval_ns > 0)
        return at < seen.hits_in_interval.size() ? seen.hits_in_interval[at] : 0;
    return seen.tree.cgroups[at].limit_hits.value_or(0);
}

// Tenants choose the names, and somebody may paste the hint into a root shell.
std::string quoted(const std::string& path) {
    constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789/._-@:+";
    if (path.find_first_not_of(safe) == std::string::npos)
        return path;
    std::string word = "'";
    for (const char c : path)
        word += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
    return word + "'";
}

std::string remedy(const ModuleFacts& module, const std::string& path) {
    const auto set = fmt::format("kmemcgctl watermark set {} --ratio 95", quoted(path));
    if (module.loaded())
        return set;
    return fmt::format("load kmemcgd (modprobe kmemcgd), then: {}", set);
}

} // namespace

void find_limits(const Observation& seen, Diagnoses& found) {
    Diagnosis limits;
    std::uint64_t hits = 0;
    for (std::size_t at = 0; at < seen.tree.cgroups.size(); ++at) {
        const auto& cgroup = seen.tree.cgroups[at];
        const auto own = hits_of(seen, at);
        if (own == 0 || has_watermark(seen.module, cgroup.id))
            continue;
        hits += own;
        limits.groups.push_back({cgroup.path, own, cgroup.path, likely_maker(cgroup.path)});
    }
    if (limits.groups.empty())
        return;
    const auto count = limits.groups.size();
    std::stable_sort(limits.groups.begin(), limits.groups.end(),
                     [](const PathGroup& a, const PathGroup& b) { return a.count > b.count; });
    limits.groups.resize(std::min(count, most_groups));
    const auto when = seen.interval_ns > 0
                          ? fmt::format("within {}", format_duration_ns(seen.interval_ns))
                          : std::string("since they were made");
    // Who may not see the watermarks must not be told that there is none.
    const auto watermark = seen.module.loaded() && !seen.module.watches
                               ? "; whether a watermark applies may not be seen"
                               : ", and no watermark applies";
    limits.numbers = {{"cgroups", count}, {"hits", hits}};
    if (seen.interval_ns > 0)
        limits.numbers.emplace_back("interval_ms", seen.interval_ns / ns_per_ms);
    limits.finding = {Severity::warning, "limit-without-watermark",
                      fmt::format("{} cgroups hit their memory limit {} times {}{}: allocations "
                                  "there wait for reclaim",
                                  format_count(count), format_count(hits), when, watermark),
                      remedy(seen.module, limits.groups.front().pattern)};
    found.push_back(std::move(limits));
}

} // namespace kmemcgd
