// SPDX-License-Identifier: GPL-2.0-only
#include "host/zone_line.hpp"

#include <algorithm>

namespace kmemcgd {
namespace {

constexpr std::size_t longest_quote = 40;

} // namespace

std::string_view next_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

std::optional<ZoneName> take_zone(std::string_view& line) {
    if (next_word(line) != "Node")
        return std::nullopt;
    auto node = next_word(line);
    if (!node.ends_with(','))
        return std::nullopt;
    node.remove_suffix(1);
    ZoneName name;
    if (!read_number(node, name.node) || next_word(line) != "zone")
        return std::nullopt;
    auto zone = next_word(line);
    if (zone.ends_with(','))
        zone.remove_suffix(1);
    name.zone = zone;
    return zone.empty() ? std::nullopt : std::optional(std::move(name));
}

std::string quote(std::string_view line) {
    return '"' + std::string(line.substr(0, longest_quote)) + '"';
}

} // namespace kmemcgd
