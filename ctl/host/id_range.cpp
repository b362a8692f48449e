// SPDX-License-Identifier: GPL-2.0-only
#include "host/id_range.hpp"

#include <charconv>

namespace kmemcgd {
namespace {

bool take_number(std::string_view& text, std::uint32_t& number) {
    const auto* begin = text.data();
    const auto parsed = std::from_chars(begin, begin + text.size(), number);
    if (parsed.ec != std::errc{})
        return false;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - begin));
    return true;
}

} // namespace

std::optional<IdRange> take_id_range(std::string_view& list) {
    IdRange range;
    if (!take_number(list, range.first))
        return std::nullopt;
    range.last = range.first;
    if (!list.starts_with('-'))
        return range;
    list.remove_prefix(1);
    return take_number(list, range.last) ? std::optional(range) : std::nullopt;
}

} // namespace kmemcgd
