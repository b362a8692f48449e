// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/path_groups.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

namespace kmemcgd {
namespace {

constexpr std::size_t shortest_id = 8; // digits; shorter ones are words, "cafe"
constexpr std::array<std::size_t, 5> uuid_fields = {8, 4, 4, 4, 12};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool is_word(char c) {
    return is_hex(c) || (c >= 'g' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t run_length(std::string_view text, bool (*belongs)(char)) {
    const auto end = std::find_if_not(text.begin(), text.end(), belongs);
    return static_cast<std::size_t>(end - text.begin());
}

// Its length, or 0. kubelet writes "_" for "-" where systemd gives "-" a meaning.
std::size_t uuid_length(std::string_view text) {
    std::size_t at = 0;
    for (const auto field : uuid_fields) {
        if (at > 0 && (at >= text.size() || (text[at] != '-' && text[at] != '_')))
            return 0;
        at += at > 0 ? 1 : 0;
        if (run_length(text.substr(at, field), is_hex) != field)
            return 0;
        at += field;
    }
    return at;
}

// A hexadecimal id has a digit among its letters, and ends where the word does.
std::size_t id_length(std::string_view text) {
    const auto length = run_length(text, is_hex);
    const bool ends = length == text.size() || !is_word(text[length]);
    const auto digits = std::count_if(text.begin(), text.begin() + length, is_digit);
    const bool mixed = digits > 0 && static_cast<std::size_t>(digits) < length;
    return ends && mixed && length >= shortest_id ? length : 0;
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

struct Maker {
    std::string_view part; // of the path
    std::string_view name;
};

// The first that fits: kubelet's pods have containers of containerd in them.
constexpr Maker makers[] = {
    {"kubepods", "kubernetes"}, {"/cron.service", "cron"},     {"/crond.service", "cron"},
    {"/user.slice/", "login"},  {"libpod", "podman"},          {"/docker/", "docker"},
    {"/docker-", "docker"},     {"/containerd", "containerd"}, {"cri-containerd-", "containerd"},
    {"/run-", "systemd-run"},   {".service", "systemd"},       {".scope", "systemd"},
    {".slice", "systemd"},
};

} // namespace

std::string path_pattern(std::string_view path) {
    constexpr std::string_view pod = "pod"; // its "d" would be taken for a digit
    std::string pattern;
    while (!path.empty()) {
        const bool begins = pattern.empty() || !is_word(pattern.back());
        std::size_t length = 0;
        if (begins && path.starts_with(pod)) {
            pattern += pod;
            path.remove_prefix(pod.size());
        }
        if (length = uuid_length(path); length > 0)
            pattern += "ID";
        else if (length = id_length(path); length > 0)
            pattern += "ID";
        else if (length = run_length(path, is_digit); length > 0)
            pattern += 'N';
        else if (length = std::min<std::size_t>(path.size(), 1); length > 0)
            pattern += path.front();
        path.remove_prefix(length);
    }
    return pattern;
}

std::string likely_maker(std::string_view path) {
    const auto* const found =
        std::find_if(std::begin(makers), std::end(makers),
                     [&](const Maker& maker) { return has(path, maker.part); });
    return found == std::end(makers) ? std::string() : std::string(found->name);
}

void PathGroups::add(const std::string& path, std::uint64_t count, std::string_view suffix) {
    auto pattern = path_pattern(path == "/" && !suffix.empty() ? "" : path);
    pattern += suffix;
    auto& group = groups_[pattern];
    if (group.count == 0)
        group = {pattern, 0, path, likely_maker(path + std::string(suffix))};
    group.count += count;
}

std::vector<PathGroup> PathGroups::largest(std::size_t most) const {
    std::vector<PathGroup> list;
    for (const auto& [pattern, group] : groups_)
        list.push_back(group);
    std::sort(list.begin(), list.end(), [](const PathGroup& a, const PathGroup& b) {
        return std::tie(b.count, a.pattern) < std::tie(a.count, b.pattern);
    });
    list.resize(std::min(most, list.size()));
    return list;
}

} // namespace kmemcgd
