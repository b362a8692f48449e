// SPDX-License-Identifier: GPL-2.0-only
#include "frag/node_set.hpp"

#include <algorithm>
#include <charconv>

namespace kmemcgd {
namespace {

// There are at most 1024 nodes.
constexpr std::size_t most_ranges = 1024;

bool take_number(std::string_view& text, std::uint32_t& number) {
    const auto* begin = text.data();
    const auto parsed = std::from_chars(begin, begin + text.size(), number);
    if (parsed.ec != std::errc{})
        return false;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - begin));
    return true;
}

bool take_mark(std::string_view& text, char mark) {
    if (!text.starts_with(mark))
        return false;
    text.remove_prefix(1);
    return true;
}

} // namespace

std::optional<NodeSet> NodeSet::parse(std::string_view text) {
    NodeSet set;
    std::uint32_t first = 0;
    while (set.ranges_.size() < most_ranges && take_number(text, first)) {
        auto last = first;
        if (take_mark(text, '-') && !take_number(text, last))
            break;
        set.ranges_.emplace_back(first, last);
        if (!take_mark(text, ','))
            break;
    }
    return set.ranges_.empty() ? std::nullopt : std::optional(std::move(set));
}

bool NodeSet::has(std::uint32_t node) const {
    return std::any_of(ranges_.begin(), ranges_.end(), [node](const auto& range) {
        return range.first <= node && node <= range.second;
    });
}

} // namespace kmemcgd
