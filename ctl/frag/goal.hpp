// SPDX-License-Identifier: GPL-2.0-only
// How many large blocks are wanted, and how many there are. Pure.
#pragma once

#include "host/buddyinfo.hpp"

#include <optional>

namespace kmemcgd {

struct ReliefGoal {
    std::uint32_t order = 0;
    std::uint64_t blocks = 64;              // of 2^order pages
    std::optional<std::uint32_t> node = {}; // nothing: on all of them together
    bool operator==(const ReliefGoal&) const = default;
};

// Only that node's, or everybody's. Zone DMA beside others (16 MiB on x86) does not count:
// nobody who does not ask for it gets anything of it.
bool counts(const BuddyZone& zone, std::optional<std::uint32_t> node);

// Free blocks of that order that can be had: a larger one is several.
std::uint64_t free_blocks(const std::vector<BuddyZone>& zones, std::uint32_t order,
                          std::optional<std::uint32_t> node);

inline bool is_met(const ReliefGoal& goal, const std::vector<BuddyZone>& zones) {
    return free_blocks(zones, goal.order, goal.node) >= goal.blocks;
}

// Free pages in blocks that are too small: what compaction can make use of.
std::uint64_t scattered_pages(const std::vector<BuddyZone>& zones, std::uint32_t order,
                              std::optional<std::uint32_t> node);

// An order that this kernel, which has so many, does not have.
Status check_order(std::uint32_t order, std::size_t orders);

// The same, no blocks at all, a node without memory.
Status check_goal(const ReliefGoal& goal, const std::vector<BuddyZone>& zones);

} // namespace kmemcgd
