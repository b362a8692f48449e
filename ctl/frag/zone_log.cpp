// SPDX-License-Identifier: GPL-2.0-only
#include "frag/zone_log.hpp"

#include "frag/log_number.hpp"
#include "host/zone_line.hpp"

#include <algorithm>
#include <string>

namespace kmemcgd {
namespace {

// Beyond these it is no number of a log; the bytes of all orders together do not overflow.
constexpr std::uint64_t most_pages = std::uint64_t{1} << 38;
constexpr std::uint64_t most_kb = std::uint64_t{1} << 48;
constexpr std::uint64_t largest_page_kb = 1024;
std::string_view last_word(std::string_view text) {
    return text.substr(text.rfind(' ') + 1); // of npos: 0
}

// "Node 0 Normal" at the end of what stands in front, whatever a log put before it.
std::optional<ZoneKey> zone_at_end(std::string_view text) {
    const auto name = last_word(text);
    if (name.empty())
        return std::nullopt;
    text.remove_suffix(std::min(name.size() + 1, text.size()));
    const auto node = last_word(text);
    ZoneKey key{0, name};
    if (read_number(node, key.first)) {
        text.remove_suffix(std::min(node.size() + 1, text.size()));
        if (last_word(text) == "Node")
            return key;
        key.first = 0;
    }
    return zone_type(name) < zone_types.size() ? std::optional(std::move(key)) : std::nullopt;
}

std::optional<std::uint64_t> kb_after(std::string_view line, std::string_view key) {
    const auto kb = number_after<std::uint64_t>(line, key);
    return kb && *kb <= most_kb ? kb : std::nullopt;
}

// "(UMEC)". MIGRATE_ISOLATE, "I", is nobody's; without letters it is an old kernel's or no
// block at all.
BlockUsers users_of(std::string_view letters) {
    BlockUsers users = 0;
    for (const auto letter : letters) {
        if (letter == 'C')
            users |= for_movable;
        else if (letter == 'H')
            users |= for_high_atomic;
        else if (letter != 'I' && letter != '(' && letter != ')')
            users |= for_everybody;
    }
    return users;
}

// "1163*4kB"
bool add_order(std::string_view word, std::size_t star, LoggedZone& zone) {
    const auto count = leading_number<std::uint64_t>(word);
    const auto kb = leading_number<std::uint64_t>(word.substr(star + 1));
    const auto order = zone.blocks.free_blocks.size();
    if (order >= most_orders || !count || *count > most_pages >> order || !kb || *kb == 0)
        return false;
    if (order == 0) {
        if (*kb > largest_page_kb)
            return false;
        zone.page_kb = *kb;
    } else if (*kb != zone.page_kb << order) {
        return false;
    }
    zone.blocks.free_blocks.push_back(*count);
    zone.users.push_back(for_everybody);
    return true;
}

} // namespace

std::size_t zone_type(std::string_view zone) {
    return static_cast<std::size_t>(std::find(zone_types.begin(), zone_types.end(), zone) -
                                    zone_types.begin());
}

std::optional<std::pair<ZoneKey, ZoneReport>> parse_zone_report(std::string_view line) {
    constexpr std::string_view free_key = " free:";
    const auto at = line.find(free_key);
    if (at == std::string_view::npos)
        return std::nullopt;
    auto key = zone_at_end(line.substr(0, at));
    const auto rest = line.substr(at);
    const auto free = kb_after(rest, free_key);
    const auto min = kb_after(rest, " min:");
    if (!key || !free || !min)
        return std::nullopt;
    ZoneReport report{*free, *min, {}, {}, {}, {}};
    report.cma_kb = kb_after(rest, " free_cma:").value_or(0);
    // What is reserved is more than what of it is free; newer kernels print both.
    auto high_atomic = kb_after(rest, " free_highatomic:");
    if (!high_atomic)
        high_atomic = kb_after(rest, " reserved_highatomic:");
    report.high_atomic_kb = high_atomic.value_or(0);
    // Before 3.9 only what is present, holes and what the kernel itself lies in included.
    report.size_kb = kb_after(rest, " managed:");
    if (!report.size_kb)
        report.size_kb = kb_after(rest, " present:");
    return std::pair(std::move(*key), std::move(report));
}

std::optional<std::vector<std::uint64_t>> parse_zone_reserve(std::string_view line) {
    auto rest = text_after(line, "lowmem_reserve[]:");
    if (!rest)
        return std::nullopt;
    std::vector<std::uint64_t> pages;
    std::uint64_t number = 0;
    while (pages.size() < zone_types.size() && read_number(next_word(*rest), number) &&
           number <= most_kb)
        pages.push_back(number);
    return pages;
}

std::optional<LoggedZone> parse_zone_blocks(std::string_view line) {
    const auto star = line.find('*');
    if (star == std::string_view::npos)
        return std::nullopt;
    const auto colon = line.rfind(": ", star);
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto key = zone_at_end(line.substr(0, colon));
    if (!key)
        return std::nullopt;
    LoggedZone zone;
    zone.blocks.node = key->first;
    zone.blocks.zone = std::move(key->second);
    auto rest = line.substr(colon + 2);
    rest = rest.substr(0, rest.find('='));
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
        if (const auto times = word.find('*'); times != std::string_view::npos) {
            if (!add_order(word, times, zone))
                return std::nullopt;
        } else if (!zone.users.empty()) {
            zone.users.back() = users_of(word);
        }
    }
    return zone.blocks.free_blocks.empty() ? std::nullopt : std::optional(std::move(zone));
}

} // namespace kmemcgd
