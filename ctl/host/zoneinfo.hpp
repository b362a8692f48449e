// SPDX-License-Identifier: GPL-2.0-only
// /proc/zoneinfo: the sizes and watermarks of zones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <string>
#include <utility>

namespace kmemcgd {

// In pages.
struct ZoneInfo {
    std::uint64_t min = 0;
    std::uint64_t low = 0;     // from here on kswapd works
    std::uint64_t managed = 0; // all that the zone could ever give
};

// By node and zone. What can't be read is not in it.
using ZoneKey = std::pair<std::uint32_t, std::string>;
using ZoneInfos = std::map<ZoneKey, ZoneInfo>;

ZoneInfos parse_zoneinfo(std::istream& zoneinfo);

// `root` is what stands for "/".
ZoneInfos read_zoneinfo(const std::filesystem::path& root);

} // namespace kmemcgd
