// SPDX-License-Identifier: GPL-2.0-only
// Whether zones of a log could have served an allocation, and why not. Pure.
//
// Source: __zone_watermark_ok() and gfp_to_alloc_flags() of mm/page_alloc.c.
#pragma once

#include "frag/failure_log.hpp"
#include "frag/fragmentation.hpp"

namespace kmemcgd {

struct SeenZone {
    std::uint32_t node = 0;
    std::string zone;
    std::uint64_t free_bytes = 0;
    std::optional<std::uint64_t> largest_bytes; // of free blocks that it may have; nothing: none
    bool could_serve = false;                   // by the flags and the nodes
    std::optional<OrderView> view;              // of the order; nothing: beyond its largest
};

// By the flags, the first one first.
std::vector<std::string> zones_for(const GfpFlags& flags);

// Each zone of the failure, in its order. Without flags none could serve it.
std::vector<SeenZone> judge_zones(const AllocationFailure& failure,
                                  const std::optional<GfpFlags>& flags);

// Fragmented memory in one zone is the cause, whatever is short in the others. Nothing: none
// of them could serve it.
std::optional<Verdict> cause_of(const std::vector<SeenZone>& zones);

} // namespace kmemcgd
