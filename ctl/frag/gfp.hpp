// SPDX-License-Identifier: GPL-2.0-only
// The flags of an allocation: what a mask meant in which kernel, and what follows. Pure.
//
// Source: include/linux/gfp.h of each release. From 4.6 on the kernel prints the names
// itself, so that masks of later ones come without names only when somebody cut the line.
#pragma once

#include "host/kernel_version.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

// The oldest whose flags are known.
constexpr KernelVersion oldest_known{2, 6, 33};

struct GfpFlags {
    std::vector<std::string> names; // "__GFP_ZERO"; of one bit each
    std::uint32_t unknown = 0;      // bits that had no meaning, or are a distribution's own
};

// Nothing: that kernel is older than what is known.
std::optional<GfpFlags> decode_gfp(std::uint32_t mask, KernelVersion version);

// As the kernel prints them, "GFP_KERNEL|__GFP_COMP|0x400": composites in their parts.
GfpFlags parse_gfp_names(std::string_view names);

bool has_flag(const GfpFlags& flags, std::string_view name);
// Whether the caller could sleep, so that the kernel could reclaim and compact for it.
bool can_wait(const GfpFlags& flags);

} // namespace kmemcgd
