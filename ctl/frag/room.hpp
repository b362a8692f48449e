// SPDX-License-Identifier: GPL-2.0-only
// Whether there is memory enough for the blocks, wherever it is. Pure.
//
// Source: the kernel does not compact for a block unless the zone has its low watermark
// and twice the block free, one for the pages that are moved and one for the block:
// compact_gap() of include/linux/compaction.h, __compaction_suitable() of
// mm/compaction.c. Here likewise, with the whole goal in place of one block.
#pragma once

#include "frag/goal.hpp"
#include "host/zoneinfo.hpp"

namespace kmemcgd {

// Pages of those zones that count for the goal.
struct Room {
    std::uint64_t spare = 0;   // free, above the low watermarks
    std::uint64_t needed = 0;  // to be spare, for the goal
    std::uint64_t wanted = 0;  // of it: the blocks themselves
    std::uint64_t managed = 0; // all there is
    std::uint64_t host = 0;    // all there is on all nodes
};

// Nothing where the kernel does not tell the watermarks of a zone.
std::optional<Room> room_for(const ReliefGoal& goal, const std::vector<BuddyZone>& zones,
                             const ZoneInfos& infos);

} // namespace kmemcgd
