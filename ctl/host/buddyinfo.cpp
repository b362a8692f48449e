// SPDX-License-Identifier: GPL-2.0-only
#include "host/buddyinfo.hpp"

#include "doctor/text_file.hpp"
#include "host/zone_line.hpp"

#include <map>
#include <optional>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

std::optional<BuddyZone> parse_line(std::string_view line) {
    auto name = take_zone(line);
    if (!name)
        return std::nullopt;
    BuddyZone zone{name->node, std::move(name->zone), {}, false};
    for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
        if (!read_number(word, zone.free_blocks.emplace_back()))
            return std::nullopt;
    }
    return zone.free_blocks.empty() ? std::nullopt : std::optional(std::move(zone));
}

// Movable and Device are for memory of processes and for devices' own, HighMem for what the
// kernel need not map.
bool serves_everybody(const BuddyZone& zone) {
    return zone.zone == "DMA" || zone.zone == "DMA32" || zone.zone == "Normal";
}

void find_alone(std::vector<BuddyZone>& zones) {
    std::map<std::uint32_t, std::size_t> serving; // how many, by node
    for (const auto& zone : zones)
        serving[zone.node] += serves_everybody(zone) ? 1 : 0;
    for (auto& zone : zones)
        zone.alone = serves_everybody(zone) && serving[zone.node] == 1;
}

} // namespace

Result<std::vector<BuddyZone>> parse_buddyinfo(std::string_view text) {
    std::vector<BuddyZone> zones;
    for (int number = 1; !text.empty(); ++number) {
        const auto line = next_line(text);
        auto zone = parse_line(line);
        if (!zone ||
            (!zones.empty() && zone->free_blocks.size() != zones.front().free_blocks.size()))
            return Error{.message = fmt::format("/proc/buddyinfo: line {} has an unknown shape: {}",
                                                number, quote(line)),
                         .hint = "expected: Node N, zone NAME, and as many numbers in each line"};
        zones.push_back(std::move(*zone));
    }
    if (zones.empty())
        return Error{.message = "/proc/buddyinfo is empty"};
    find_alone(zones);
    return zones;
}

Result<std::vector<BuddyZone>> read_buddyinfo(const std::filesystem::path& root) {
    const auto text = read_text_file(root / "proc/buddyinfo");
    if (!text)
        return text.error();
    return parse_buddyinfo(*text);
}

} // namespace kmemcgd
