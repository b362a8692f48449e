// SPDX-License-Identifier: GPL-2.0-only
#include "frag/room.hpp"

#include "frag/fragmentation.hpp"

namespace kmemcgd {

std::optional<Room> room_for(const ReliefGoal& goal, const std::vector<BuddyZone>& zones,
                             const ZoneInfos& infos) {
    Room room;
    for (const auto& zone : zones) {
        const auto info = infos.find({zone.node, zone.zone});
        if (info == infos.end())
            return std::nullopt;
        room.host += info->second.managed;
        if (!counts(zone, goal.node))
            continue;
        const auto free = free_pages(zone);
        room.spare += free > info->second.low ? free - info->second.low : 0;
        room.managed += info->second.managed;
        room.needed += std::uint64_t{2} << goal.order;
    }
    // Whoever asks for more than there is was refused before.
    room.wanted = goal.blocks << goal.order;
    room.needed += room.wanted;
    return room;
}

} // namespace kmemcgd
