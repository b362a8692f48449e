// SPDX-License-Identifier: GPL-2.0-only
// /proc/vmstat: what tasks had to compact themselves, for want of a large block.
#pragma once

#include "client/result.hpp"

#include <cstdint>
#include <string_view>

namespace kmemcgd {

struct Compaction {
    std::uint64_t stalls = 0; // allocations that waited for it
    std::uint64_t failures = 0;
    std::uint64_t successes = 0;
};

// Nothing: this kernel has none (CONFIG_COMPACTION).
std::optional<Compaction> parse_compaction(std::string_view vmstat);

} // namespace kmemcgd
