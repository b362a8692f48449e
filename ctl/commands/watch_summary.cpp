// SPDX-License-Identifier: GPL-2.0-only
#include "commands/watch_summary.hpp"

#include "client/names.hpp"
#include "render/units.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint64_t lately_ms = 60'000;
constexpr auto show = "kmemcgctl watermark show";

} // namespace

WatchSummary summarize(const std::vector<Watch>& watches) {
    WatchSummary summary;
    summary.watched = watches.size();
    for (const auto& watch : watches) {
        if (watch.state < summary.by_state.size())
            ++summary.by_state[watch.state];
        summary.limit_hit += watch.limit_hit;
        summary.hit_lately += watch.last_hit_ms && *watch.last_hit_ms < lately_ms ? 1 : 0;
    }
    return summary;
}

std::string summary_line(const WatchSummary& summary) {
    std::string states;
    for (std::uint32_t state = 0; state < summary.by_state.size(); ++state) {
        if (const auto count = summary.by_state[state]; count > 0)
            states += fmt::format("{} {} {}", states.empty() ? ":" : ",", watch_state_name(state),
                                  format_count(count));
    }
    return fmt::format("{} watched{}; limits hit {} times", format_count(summary.watched), states,
                       format_count(summary.limit_hit));
}

Json to_json(const WatchSummary& summary) {
    Json states;
    for (std::uint32_t state = 0; state < summary.by_state.size(); ++state)
        states[watch_state_name(state)] = summary.by_state[state];
    return {{"watched", summary.watched},
            {"by_state", states},
            {"limit_hit", summary.limit_hit},
            {"hit_lately", summary.hit_lately}};
}

void diagnose(const WatchSummary& summary, std::vector<Finding>& findings) {
    if (summary.hit_lately > 0)
        findings.push_back({Severity::warning, "not-converged",
                            fmt::format("{} watched cgroups hit their limit within the last minute",
                                        format_count(summary.hit_lately)),
                            std::string(show) + "; a lower ratio gives them more room"});
    if (const auto stuck = summary.by_state[KMEMCGD_WATCH_STUCK]; stuck > 0)
        findings.push_back({Severity::warning, "stuck",
                            fmt::format("{} watched cgroups are above their mark and have nothing "
                                        "that can be reclaimed",
                                        format_count(stuck)),
                            std::string(show) + "; a higher limit, or --swap yes, helps"});
    if (const auto thrashing = summary.by_state[KMEMCGD_WATCH_THRASHING]; thrashing > 0)
        findings.push_back(
            {Severity::warning, "thrashing",
             fmt::format("{} watched cgroups want back what is reclaimed", format_count(thrashing)),
             std::string(show) + "; they need a higher limit"});
}

} // namespace kmemcgd
