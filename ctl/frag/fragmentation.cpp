// SPDX-License-Identifier: GPL-2.0-only
#include "frag/fragmentation.hpp"

#include <algorithm>

namespace kmemcgd {
namespace {

constexpr std::uint64_t permille = 1000;

std::uint64_t pages_of(std::uint64_t blocks, std::size_t order) {
    return blocks << order;
}

// In blocks of this order and above.
std::uint64_t usable_pages(const BuddyZone& zone, std::size_t order) {
    std::uint64_t pages = 0;
    for (std::size_t at = order; at < zone.free_blocks.size(); ++at)
        pages += pages_of(zone.free_blocks[at], at);
    return pages;
}

std::uint64_t all_blocks(const BuddyZone& zone) {
    std::uint64_t blocks = 0;
    for (const auto count : zone.free_blocks)
        blocks += count;
    return blocks;
}

std::uint32_t index_of(std::uint64_t pages, std::uint64_t blocks, std::size_t order) {
    if (blocks == 0)
        return 0;
    const auto used = (permille + pages * permille / (std::uint64_t{1} << order)) / blocks;
    return static_cast<std::uint32_t>(permille - std::min(used, permille));
}

} // namespace

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
    case Verdict::fits:
        return "fits";
    case Verdict::shortage:
        return "shortage";
    case Verdict::fragmented:
        return "fragmented";
    }
    return "unknown";
}

std::uint64_t free_pages(const BuddyZone& zone) {
    return usable_pages(zone, 0);
}

std::vector<OrderView> view_orders(const BuddyZone& zone, std::uint64_t min_pages,
                                   std::optional<std::uint64_t> counted) {
    const auto all = free_pages(zone);
    const auto free = counted.value_or(all);
    std::vector<OrderView> orders;
    for (std::size_t order = 0; order < zone.free_blocks.size(); ++order) {
        const auto usable = usable_pages(zone, order);
        OrderView view;
        view.order = static_cast<std::uint32_t>(order);
        view.blocks = zone.free_blocks[order];
        if (all > 0)
            view.unusable_permille = static_cast<std::uint32_t>((all - usable) * permille / all);
        if (usable == 0)
            view.index_permille = index_of(all, all_blocks(zone), order);
        // Without the block less would be left than the watermark.
        if (free < pages_of(1, order) + min_pages)
            view.verdict = Verdict::shortage;
        else if (view.index_permille)
            view.verdict = *view.index_permille < fragmented_from_permille ? Verdict::shortage
                                                                           : Verdict::fragmented;
        orders.push_back(view);
    }
    return orders;
}

std::optional<OrderView> first_failing(const std::vector<OrderView>& orders) {
    const auto found = std::find_if(orders.begin(), orders.end(), [](const OrderView& view) {
        return view.verdict != Verdict::fits;
    });
    return found == orders.end() ? std::nullopt : std::optional(*found);
}

} // namespace kmemcgd
