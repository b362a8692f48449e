// SPDX-License-Identifier: GPL-2.0-only
// Which orders a zone can serve, and if not, for lack of what. Pure.
//
// Sources: both indices are Mel Gorman's ("The What, The Why and the Where To of
// Anti-Fragmentation", 2006), as mm/vmstat.c of the kernel computes them for debugfs.
#pragma once

#include "host/buddyinfo.hpp"

#include <optional>
#include <string_view>

namespace kmemcgd {

enum class Verdict {
    fits,       // there is a block that is large enough
    shortage,   // there is none, for lack of memory
    fragmented, // there is none, though there is memory
};

std::string_view verdict_name(Verdict verdict);

struct OrderView {
    std::uint32_t order = 0;
    std::uint64_t blocks = 0;            // of this order
    std::uint32_t unusable_permille = 0; // of free memory: in blocks that are too small
    // Where none is large enough: towards 0 for lack of memory, towards 1000 for
    // fragmentation.
    std::optional<std::uint32_t> index_permille;
    Verdict verdict = Verdict::fits;
};

// From this index on compaction is worth it: the kernel's vm.extfrag_threshold.
constexpr std::uint32_t fragmented_from_permille = 500;

std::uint64_t free_pages(const BuddyZone& zone);

// min_pages: the zone's min watermark; so much has to be left, but by those who may not
// wait. counted: of what is free, so many pages count against it; nothing: all.
std::vector<OrderView> view_orders(const BuddyZone& zone, std::uint64_t min_pages,
                                   std::optional<std::uint64_t> counted = {});

// The first that fails; nothing where all fit.
std::optional<OrderView> first_failing(const std::vector<OrderView>& orders);

} // namespace kmemcgd
