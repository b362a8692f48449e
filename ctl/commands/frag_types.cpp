// SPDX-License-Identifier: GPL-2.0-only
#include "commands/frag_types.hpp"

#include "render/table.hpp"
#include "render/units.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint64_t permille = 1000;

std::uint64_t free_pages(const TypeBlocks& type, std::uint64_t from_order) {
    std::uint64_t pages = 0;
    for (std::size_t order = from_order; order < type.free_blocks.size(); ++order)
        pages += type.free_blocks[order] << order;
    return pages;
}

std::optional<std::size_t> largest_order(const TypeBlocks& type) {
    std::optional<std::size_t> largest;
    for (std::size_t order = 0; order < type.free_blocks.size(); ++order) {
        if (type.free_blocks[order] > 0)
            largest = order;
    }
    return largest;
}

// Of the zone's pageblocks; nothing where they are not known, or there are none.
std::optional<std::uint64_t> share_permille(const PageTypes& types, const TypeBlocks& of) {
    std::uint64_t all = 0;
    for (const auto& type : types.types) {
        if (type.node == of.node && type.zone == of.zone)
            all += type.pageblocks.value_or(0);
    }
    if (!of.pageblocks || all == 0)
        return std::nullopt;
    return *of.pageblocks * permille / all;
}

} // namespace

void print_types(const Context& context, const Result<PageTypes>& types,
                 std::optional<std::uint32_t> order, std::uint64_t page_bytes) {
    if (!types) {
        context.complain({.message = "migrate types: " + types.error().message,
                          .hint = types.error().fault == Fault::permission ? "only root may read it"
                                                                           : types.error().hint});
        return;
    }
    Table table({{"NODE", "node", true},
                 {"ZONE", "zone"},
                 {"TYPE", "type"},
                 {"FREE", "free_bytes", true},
                 {"LARGEST", "largest_order", true},
                 {"PAGEBLOCKS", "pageblocks", true},
                 {"SHARE", "pageblocks_permille", true}});
    for (const auto& type : types->types) {
        auto free = bytes_cell(free_pages(type, order.value_or(0)) * page_bytes);
        if (type.at_least)
            free.human = ">= " + free.human;
        const auto largest = largest_order(type);
        const auto share = share_permille(*types, type);
        table.add({count_cell(type.node), text_cell(type.zone), text_cell(type.type),
                   std::move(free), largest ? count_cell(*largest) : empty_cell(),
                   type.pageblocks ? count_cell(*type.pageblocks) : empty_cell(),
                   share ? Cell{format_permille(*share), std::to_string(*share)} : empty_cell()});
    }
    table.print(context.out(), context.human(), context.paint());
}

void add_types(Json& document, const Result<PageTypes>& types, std::uint64_t page_bytes) {
    document["types"] = nullptr;
    document["types_unreadable"] = types ? Json(nullptr) : Json(types.error().message);
    document["pageblock_bytes"] = types && types->pages_per_block > 0
                                      ? Json(types->pages_per_block * page_bytes)
                                      : Json(nullptr);
    if (!types)
        return;
    auto& list = document["types"] = Json::array();
    for (const auto& type : types->types)
        list.push_back({{"node", type.node},
                        {"zone", printable(type.zone)},
                        {"type", printable(type.type)},
                        {"free_bytes", free_pages(type, 0) * page_bytes},
                        {"free_blocks", type.free_blocks},
                        {"at_least", type.at_least},
                        {"largest_order", or_null(largest_order(type))},
                        {"pageblocks", or_null(type.pageblocks)},
                        {"pageblocks_permille", or_null(share_permille(*types, type))}});
}

} // namespace kmemcgd
