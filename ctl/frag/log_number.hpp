// SPDX-License-Identifier: GPL-2.0-only
// Numbers in a line of free text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace kmemcgd {

// What stands behind a key, or nothing.
inline std::optional<std::string_view> text_after(std::string_view text, std::string_view key) {
    const auto at = text.find(key);
    return at == std::string_view::npos ? std::nullopt
                                        : std::optional(text.substr(at + key.size()));
}

// That the text begins with, whatever follows.
template <class T>
std::optional<T> leading_number(std::string_view text, int base = 10) {
    T value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return parsed.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

template <class T>
std::optional<T> number_after(std::string_view text, std::string_view key) {
    const auto rest = text_after(text, key);
    return rest ? leading_number<T>(*rest) : std::nullopt;
}

} // namespace kmemcgd
