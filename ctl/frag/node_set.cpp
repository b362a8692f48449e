// SPDX-License-Identifier: GPL-2.0-only
#include "frag/node_set.hpp"

#include <algorithm>

namespace kmemcgd {
namespace {

// There are at most 1024 nodes.
constexpr std::size_t most_ranges = 1024;

} // namespace

std::optional<NodeSet> NodeSet::parse(std::string_view text) {
    NodeSet set;
    while (set.ranges_.size() < most_ranges) {
        const auto range = take_id_range(text);
        if (!range)
            break;
        set.ranges_.push_back(*range);
        if (!text.starts_with(','))
            break;
        text.remove_prefix(1);
    }
    return set.ranges_.empty() ? std::nullopt : std::optional(std::move(set));
}

bool NodeSet::has(std::uint32_t node) const {
    return std::any_of(ranges_.begin(), ranges_.end(), [node](const IdRange& range) {
        return range.first <= node && node <= range.last;
    });
}

} // namespace kmemcgd
