// SPDX-License-Identifier: GPL-2.0-only
// The lines about zones that the kernel logs as Mem-Info. Pure; any text may come in.
//
// Source: show_free_areas() of mm/page_alloc.c, since 6.4 of mm/show_mem.c.
#pragma once

#include "host/buddyinfo.hpp"
#include "host/zoneinfo.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace kmemcgd {

// Zone types as the kernel sorts them; which of them there are depends on its configuration.
constexpr std::array<std::string_view, 6> zone_types{"DMA",     "DMA32",   "Normal",
                                                     "HighMem", "Movable", "Device"};
// Where in it; of any other name, behind the last.
std::size_t zone_type(std::string_view zone);

// "Node 0 Normal free:43232kB min:44kB low:55kB ..." and the line behind it.
struct ZoneReport {
    std::uint64_t free_kb = 0;
    std::uint64_t min_kb = 0;             // the watermark
    std::uint64_t cma_kb = 0;             // of what is free: for what can be moved only
    std::uint64_t high_atomic_kb = 0;     // likewise: for large blocks in atomic context
    std::optional<std::uint64_t> size_kb; // of the whole zone
    // "lowmem_reserve[]: 0 2991 64000 64000", in pages, by the zone that was asked first.
    std::vector<std::uint64_t> reserve;
};

// Who may have the blocks of an order, by the letters behind their number: bits.
using BlockUsers = std::uint8_t;
constexpr BlockUsers for_everybody = 1;
constexpr BlockUsers for_movable = 2;     // (C)
constexpr BlockUsers for_high_atomic = 4; // (H)

struct LoggedZone {
    BuddyZone blocks;
    std::vector<BlockUsers> users; // of each order
    std::uint64_t page_kb = 0;     // of a block of order 0
    std::optional<ZoneReport> report;
};

// Any line: nothing where it is another one. A kernel without CONFIG_NUMA leaves "Node 0"
// out.
std::optional<std::pair<ZoneKey, ZoneReport>> parse_zone_report(std::string_view line);
std::optional<std::vector<std::uint64_t>> parse_zone_reserve(std::string_view line);
// "Node 0 Normal: 1163*4kB (UEM) 1101*8kB (U) 0*16kB = 13460kB"
std::optional<LoggedZone> parse_zone_blocks(std::string_view line);

} // namespace kmemcgd
