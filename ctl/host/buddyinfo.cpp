// SPDX-License-Identifier: GPL-2.0-only
#include "host/buddyinfo.hpp"

#include "doctor/text_file.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::size_t longest_quote = 40;

// Takes the next word off, or an empty one at the end.
std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

template <class T>
bool read_number(std::string_view word, T& number) {
    const auto* end = word.data() + word.size();
    const auto parsed = std::from_chars(word.data(), end, number);
    return parsed.ec == std::errc{} && parsed.ptr == end;
}

std::optional<BuddyZone> parse_line(std::string_view line) {
    BuddyZone zone;
    if (next_word(line) != "Node")
        return std::nullopt;
    auto node = next_word(line);
    if (!node.ends_with(','))
        return std::nullopt;
    node.remove_suffix(1);
    if (!read_number(node, zone.node) || next_word(line) != "zone")
        return std::nullopt;
    zone.zone = next_word(line);
    for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
        if (!read_number(word, zone.free_blocks.emplace_back()))
            return std::nullopt;
    }
    return zone.free_blocks.empty() ? std::nullopt : std::optional(std::move(zone));
}

} // namespace

Result<std::vector<BuddyZone>> parse_buddyinfo(std::string_view text) {
    std::vector<BuddyZone> zones;
    for (int number = 1; !text.empty(); ++number) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto zone = parse_line(line);
        if (!zone ||
            (!zones.empty() && zone->free_blocks.size() != zones.front().free_blocks.size()))
            return Error{.message = fmt::format("/proc/buddyinfo: line {} has an unknown shape: "
                                                "\"{}\"",
                                                number, line.substr(0, longest_quote)),
                         .hint = "expected: Node N, zone NAME, and as many numbers in each line"};
        zones.push_back(std::move(*zone));
    }
    if (zones.empty())
        return Error{.message = "/proc/buddyinfo is empty"};
    return zones;
}

Result<std::vector<BuddyZone>> read_buddyinfo(const std::filesystem::path& root) {
    const auto text = read_text_file(root / "proc/buddyinfo");
    if (!text)
        return text.error();
    return parse_buddyinfo(*text);
}

} // namespace kmemcgd
