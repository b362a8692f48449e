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
constexpr KernelVersion oldest_known{2, 6, 32};
// All later ones known have the same bits.
constexpr KernelVersion newest_layout{6, 3, 0};
// The first that prints the names.
constexpr KernelVersion first_with_names{4, 6, 0};

struct GfpFlags {
    std::vector<std::string> names; // "__GFP_ZERO"; of one bit each
    std::uint32_t unknown = 0;      // bits that had no meaning, or are a distribution's own
};

// Nothing: that kernel is older than what is known.
std::optional<GfpFlags> decode_gfp(std::uint32_t mask, KernelVersion version);

// The version to take a mask for that was logged without names, and so before 4.6. In 4.4
// and 4.5 practically all have the bit of __GFP_KSWAPD_RECLAIM, which means nothing before.
// All others are like 3.10: it has nearly all bits that 2.6.32 to 4.3 have, with the same
// meaning (but 0x100000, which is __GFP_NOACCOUNT from 4.1 on), and RHEL 7 is made of it.
KernelVersion version_of_mask(std::uint32_t mask);

// Of the names: a "GFP_..." that is not known, as a newer kernel than this program may have.
bool has_unknown_composite(std::string_view names);

// As the kernel prints them, "GFP_KERNEL|__GFP_COMP|0x400": composites in their parts, those
// of the newest kernel where the version is not known.
GfpFlags parse_gfp_names(std::string_view names, std::optional<KernelVersion> version = {});

bool has_flag(const GfpFlags& flags, std::string_view name);
// Whether the caller could sleep, so that the kernel could reclaim and compact for it.
bool can_wait(const GfpFlags& flags);

} // namespace kmemcgd
