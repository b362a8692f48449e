// SPDX-License-Identifier: GPL-2.0-only
#include "frag/failure_log.hpp"

#include "host/zone_line.hpp"

#include <algorithm>
#include <charconv>

namespace kmemcgd {
namespace {

constexpr std::string_view marker = ": page allocation failure";
constexpr std::size_t most_zones = 4096;
// Beyond these it is no number of a log; sums and sizes stay far from overflowing.
constexpr std::uint64_t most_blocks = std::uint64_t{1} << 32;
constexpr std::uint64_t largest_page_kb = 1024;

// What stands behind a key, or nothing.
std::optional<std::string_view> after(std::string_view text, std::string_view key) {
    const auto at = text.find(key);
    return at == std::string_view::npos ? std::nullopt
                                        : std::optional(text.substr(at + key.size()));
}

template <class T>
std::optional<T> number(std::string_view text, int base = 10) {
    T value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return parsed.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

template <class T>
std::optional<T> number_after(std::string_view text, std::string_view key) {
    const auto rest = after(text, key);
    return rest ? number<T>(*rest) : std::nullopt;
}

// Without what a log puts in front: "[ 12.345678] ", "Nov 25 10:00:00 host kernel: ".
std::string_view without_prefix(std::string_view line) {
    if (const auto rest = after(line, "kernel: "))
        line = *rest;
    if (line.starts_with('<')) {
        if (const auto rest = after(line, ">"))
            line = *rest;
    }
    if (line.starts_with('[')) {
        if (const auto rest = after(line, "] "))
            line = *rest;
    }
    return line;
}

std::optional<AllocationFailure> parse_failure(std::string_view line) {
    const auto at = line.find(marker);
    if (at == std::string_view::npos)
        return std::nullopt;
    AllocationFailure failure;
    failure.task = line.substr(0, at);
    const auto rest = line.substr(at);
    const auto order = number_after<std::uint32_t>(rest, "order:");
    const auto mode = after(rest, "mode:0x");
    const auto mask = mode ? number<std::uint32_t>(*mode, 16) : std::nullopt;
    if (!order || *order > highest_order || !mask)
        return std::nullopt;
    failure.order = *order;
    failure.mask = *mask;
    const auto behind = mode->find_first_not_of("0123456789abcdefABCDEF");
    if (behind != std::string_view::npos && (*mode)[behind] == '(') {
        const auto names = mode->substr(behind + 1);
        failure.flags = names.substr(0, names.find(')'));
    }
    return failure;
}

// "CPU: 0 PID: 7 Comm: runc Not tainted 3.10.0-514 #1": the release is the word before
// "#", and behind what taints it.
std::optional<KernelVersion> parse_version(std::string_view line) {
    if (line.find("Comm:") == std::string_view::npos)
        return std::nullopt;
    auto head = line.substr(0, line.find(" #"));
    if (head.size() == line.size())
        return std::nullopt;
    const auto space = head.rfind(' ');
    return space == std::string_view::npos ? std::nullopt
                                           : parse_kernel_version(head.substr(space + 1));
}

// "Node 0 Normal" in front of ":" or " free:".
bool parse_zone_name(std::string_view text, BuddyZone& zone) {
    if (!text.starts_with("Node "))
        return false;
    const auto node = number<std::uint32_t>(text.substr(5));
    const auto space = text.find(' ', 5);
    if (!node || space == std::string_view::npos)
        return false;
    const auto name = text.substr(space + 1);
    if (name.empty() || name.find(' ') != std::string_view::npos)
        return false;
    zone.node = *node;
    zone.zone = name;
    return true;
}

// "Node 0 Normal: 1163*4kB (UEM) 1101*8kB (U) 0*16kB = 13460kB"
std::optional<LoggedZone> parse_blocks(std::string_view line) {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos || line.find('*') == std::string_view::npos)
        return std::nullopt;
    LoggedZone zone;
    if (!parse_zone_name(line.substr(0, colon), zone.blocks))
        return std::nullopt;
    auto rest = line.substr(colon + 2);
    rest = rest.substr(0, rest.find('='));
    std::uint64_t expected_kb = 0;
    while (!rest.empty()) {
        const auto word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        const auto star = word.find('*');
        if (star == std::string_view::npos) // the migrate types that it has
            continue;
        const auto count = number<std::uint64_t>(word);
        const auto kb = number<std::uint64_t>(word.substr(star + 1));
        if (!count || *count > most_blocks || !kb || *kb == 0 ||
            (zone.page_kb == 0 && *kb > largest_page_kb) ||
            (expected_kb != 0 && *kb != expected_kb) ||
            zone.blocks.free_blocks.size() > highest_order)
            return std::nullopt;
        if (zone.page_kb == 0)
            zone.page_kb = *kb;
        expected_kb = *kb * 2;
        zone.blocks.free_blocks.push_back(*count);
    }
    return zone.blocks.free_blocks.empty() ? std::nullopt : std::optional(std::move(zone));
}

struct LoggedMin {
    BuddyZone zone;
    std::uint64_t min_kb = 0;
};

// "Node 0 Normal free:43232kB min:44kB low:55kB ..."
std::optional<LoggedMin> parse_min(std::string_view line) {
    const auto free = line.find(" free:");
    LoggedMin min;
    if (free == std::string_view::npos || !parse_zone_name(line.substr(0, free), min.zone))
        return std::nullopt;
    const auto kb = number_after<std::uint64_t>(line, " min:");
    if (!kb)
        return std::nullopt;
    min.min_kb = *kb;
    return min;
}

void take(std::string_view line, AllocationFailure& failure, std::vector<LoggedMin>& mins) {
    if (!failure.version)
        failure.version = parse_version(line);
    if (mins.size() < most_zones) {
        if (auto min = parse_min(line))
            mins.push_back(std::move(*min));
    }
    auto zone = parse_blocks(line);
    if (!zone || failure.zones.size() >= most_zones)
        return;
    for (const auto& min : mins) {
        if (min.zone.node == zone->blocks.node && min.zone.zone == zone->blocks.zone)
            zone->min_kb = min.min_kb;
    }
    failure.zones.push_back(std::move(*zone));
}

} // namespace

std::vector<AllocationFailure> find_failures(std::string_view log, std::size_t most) {
    std::vector<AllocationFailure> failures;
    std::vector<LoggedMin> mins;
    for (std::uint64_t number = 1; !log.empty(); ++number) {
        auto line = next_line(log);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        line = without_prefix(line);
        if (auto failure = parse_failure(line)) {
            if (failures.size() == most)
                break;
            failure->line = number;
            failures.push_back(std::move(*failure));
            mins.clear();
        } else if (!failures.empty()) {
            take(line, failures.back(), mins);
        }
    }
    return failures;
}

} // namespace kmemcgd
