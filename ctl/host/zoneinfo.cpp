// SPDX-License-Identifier: GPL-2.0-only
#include "host/zoneinfo.hpp"

#include <fstream>
#include <optional>
#include <sstream>

namespace kmemcgd {

// Line by line: with many CPUs it is megabytes.
ZoneMins parse_zone_mins(std::istream& zoneinfo) {
    ZoneMins mins;
    std::optional<ZoneMins::key_type> zone;
    std::string line;
    while (std::getline(zoneinfo, line)) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (first == "Node") {
            std::uint32_t node = 0;
            std::string name;
            char comma = 0;
            std::string keyword;
            zone.reset();
            if (words >> node >> comma >> keyword >> name && comma == ',' && keyword == "zone")
                zone.emplace(node, name);
        } else if (std::uint64_t pages = 0; zone && first == "min" && words >> pages) {
            mins.emplace(*zone, pages);
        }
    }
    return mins;
}

ZoneMins read_zone_mins(const std::filesystem::path& root) {
    std::ifstream file(root / "proc/zoneinfo");
    return parse_zone_mins(file);
}

} // namespace kmemcgd
