// SPDX-License-Identifier: GPL-2.0-only
// All watched cgroups in a line, and what is wrong with some of them.
#pragma once

#include "client/types.hpp"
#include "commands/diagnose.hpp"
#include "render/json.hpp"

#include <array>
#include <string>
#include <vector>

namespace kmemcgd {

struct WatchSummary {
    std::uint64_t watched = 0;
    std::array<std::uint64_t, KMEMCGD_WATCH_THRASHING + 1> by_state{};
    std::uint64_t limit_hit = 0;
    // Hit their limit within the last minute, although they are watched.
    std::uint64_t hit_lately = 0;
};

WatchSummary summarize(const std::vector<Watch>& watches);

// "12: below 10, reclaiming 2; limits hit 3 times"
std::string summary_line(const WatchSummary& summary);
Json to_json(const WatchSummary& summary);

void diagnose(const WatchSummary& summary, std::vector<Finding>& findings);

} // namespace kmemcgd
