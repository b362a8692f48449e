// SPDX-License-Identifier: GPL-2.0-only
// /proc/zoneinfo: the min watermarks of zones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <string>
#include <utility>

namespace kmemcgd {

// In pages, by node and zone. What can't be read is not in it.
using ZoneMins = std::map<std::pair<std::uint32_t, std::string>, std::uint64_t>;

ZoneMins parse_zone_mins(std::istream& zoneinfo);

// `root` is what stands for "/".
ZoneMins read_zone_mins(const std::filesystem::path& root);

} // namespace kmemcgd
