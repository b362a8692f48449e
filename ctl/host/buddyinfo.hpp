// SPDX-License-Identifier: GPL-2.0-only
// /proc/buddyinfo: the free blocks of the buddy allocator.
#pragma once

#include "client/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

struct BuddyZone {
    std::uint32_t node = 0;
    std::string zone;                       // "DMA32", "Normal"
    std::vector<std::uint64_t> free_blocks; // by order: of 2^order pages each
    // No other zone of its node serves everybody: even DMA, on arm64 or ppc64, may be all the
    // memory that there is.
    bool alone = false;
};

// An error names the line that is not of the shape that every kernel so far writes:
// "Node 0, zone   Normal   12   3   ...", with as many numbers in each.
Result<std::vector<BuddyZone>> parse_buddyinfo(std::string_view text);

// `root` is what stands for "/".
Result<std::vector<BuddyZone>> read_buddyinfo(const std::filesystem::path& root);

} // namespace kmemcgd
