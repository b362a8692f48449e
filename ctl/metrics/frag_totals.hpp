// SPDX-License-Identifier: GPL-2.0-only
// What the daemon knows about large blocks, and what its reliefs came to since it runs.
#pragma once

#include "frag/frag_watch.hpp"

#include <map>
#include <string_view>

namespace kmemcgd {

struct FragTotals {
    std::uint32_t order = 0;
    std::uint64_t min_blocks = 0;
    std::optional<FragReading> reading;                // nothing: it could not look
    std::map<std::string_view, std::uint64_t> reliefs; // by result; all that there are
    std::map<std::string_view, std::uint64_t> gained;  // blocks, by step; all that there are
};

} // namespace kmemcgd
