// SPDX-License-Identifier: GPL-2.0-only
#include "frag/goal.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kmemcgd {

bool counts(const BuddyZone& zone, std::optional<std::uint32_t> node) {
    return (zone.zone != "DMA" || zone.alone) && (!node || *node == zone.node);
}

std::uint64_t free_blocks(const std::vector<BuddyZone>& zones, std::uint32_t order,
                          std::optional<std::uint32_t> node) {
    std::uint64_t blocks = 0;
    for (const auto& zone : zones) {
        if (!counts(zone, node))
            continue;
        for (std::size_t at = order; at < zone.free_blocks.size(); ++at)
            blocks += zone.free_blocks[at] << (at - order);
    }
    return blocks;
}

std::uint64_t scattered_pages(const std::vector<BuddyZone>& zones, std::uint32_t order,
                              std::optional<std::uint32_t> node) {
    std::uint64_t pages = 0;
    for (const auto& zone : zones) {
        if (!counts(zone, node))
            continue;
        const auto end = std::min<std::size_t>(order, zone.free_blocks.size());
        for (std::size_t at = 0; at < end; ++at)
            pages += zone.free_blocks[at] << at;
    }
    return pages;
}

Status check_order(std::uint32_t order, std::size_t orders) {
    if (order < orders)
        return success();
    return usage_error(fmt::format(
        "order {} is beyond this kernel's largest block, which is of order {}", order, orders - 1));
}

Status check_goal(const ReliefGoal& goal, const std::vector<BuddyZone>& zones) {
    if (auto checked = check_order(goal.order, zones.front().free_blocks.size()); !checked)
        return checked;
    if (goal.blocks == 0)
        return usage_error("0 blocks are always free: ask for 1 at least");
    std::set<std::uint32_t> nodes;
    for (const auto& zone : zones) {
        if (counts(zone, std::nullopt))
            nodes.insert(zone.node);
    }
    if (goal.node && nodes.count(*goal.node) == 0)
        return usage_error(fmt::format("there is no node {} with memory", *goal.node),
                           fmt::format("nodes: {}", fmt::join(nodes, ", ")));
    return success();
}

} // namespace kmemcgd
