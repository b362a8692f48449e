// SPDX-License-Identifier: GPL-2.0-only
#include "host/zoneinfo.hpp"

#include <fstream>
#include <optional>
#include <sstream>

namespace kmemcgd {
namespace {

std::uint64_t* field_of(ZoneInfo& zone, std::string_view name) {
    if (name == "min")
        return &zone.min;
    if (name == "low")
        return &zone.low;
    return name == "managed" ? &zone.managed : nullptr;
}

std::optional<ZoneKey> zone_of(std::istringstream& words) {
    std::uint32_t node = 0;
    std::string name;
    char comma = 0;
    std::string keyword;
    if (words >> node >> comma >> keyword >> name && comma == ',' && keyword == "zone")
        return ZoneKey{node, name};
    return std::nullopt;
}

} // namespace

// Line by line: with many CPUs it is megabytes.
ZoneInfos parse_zoneinfo(std::istream& zoneinfo) {
    ZoneInfos zones;
    std::optional<ZoneKey> zone;
    std::string line;
    while (std::getline(zoneinfo, line)) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (first == "Node") {
            zone = zone_of(words);
            continue;
        }
        ZoneInfo unused;
        std::uint64_t pages = 0;
        if (zone && field_of(unused, first) != nullptr && words >> pages)
            *field_of(zones[*zone], first) = pages;
    }
    return zones;
}

ZoneInfos read_zoneinfo(const std::filesystem::path& root) {
    std::ifstream file(root / "proc/zoneinfo");
    return parse_zoneinfo(file);
}

} // namespace kmemcgd
