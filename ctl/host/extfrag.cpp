// SPDX-License-Identifier: GPL-2.0-only
#include "host/extfrag.hpp"

#include "doctor/text_file.hpp"
#include "host/zone_line.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint32_t permille = 1000;
constexpr std::size_t decimals = 3;

// "0.931", or "-1.000" for nothing.
bool read_index(std::string_view word, std::optional<std::uint32_t>& index) {
    if (word == "-1.000")
        return true;
    const auto point = word.find('.');
    std::uint32_t whole = 0;
    std::uint32_t rest = 0;
    if (point == std::string_view::npos || word.size() - point - 1 != decimals ||
        !read_number(word.substr(0, point), whole) || !read_number(word.substr(point + 1), rest) ||
        whole > 1 || whole * permille + rest > permille)
        return false;
    index = whole * permille + rest;
    return true;
}

std::optional<ZoneIndices> parse_line(std::string_view line) {
    auto name = take_zone(line);
    if (!name)
        return std::nullopt;
    ZoneIndices zone{name->node, std::move(name->zone), {}};
    for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
        if (zone.permille.size() == most_orders || !read_index(word, zone.permille.emplace_back()))
            return std::nullopt;
    }
    return zone;
}

} // namespace

Result<std::vector<ZoneIndices>> parse_extfrag(std::string_view text) {
    std::vector<ZoneIndices> zones;
    for (int number = 1; !text.empty(); ++number) {
        const auto line = next_line(text);
        auto zone = parse_line(line);
        if (!zone)
            return Error{.message = fmt::format("extfrag: line {} has an unknown shape: {}", number,
                                                quote(line))};
        zones.push_back(std::move(*zone));
    }
    return zones;
}

Result<std::vector<ZoneIndices>> read_extfrag(const std::filesystem::path& root,
                                              std::string_view name) {
    const auto text = read_text_file(root / "sys/kernel/debug/extfrag" / name);
    if (!text)
        return text.error();
    return parse_extfrag(*text);
}

} // namespace kmemcgd
