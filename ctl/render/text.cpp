// SPDX-License-Identifier: GPL-2.0-only
#include "render/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {

std::string Paint::wrap(std::string_view code, std::string_view text) const {
    return colour_ ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

std::string printable(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        // U+0080 to U+009F are control characters too, two bytes in UTF-8.
        const bool c1 =
            byte == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
        if (byte < 0x20 || byte == 0x7f || byte == '\\' || c1)
            safe += fmt::format("\\x{:02x}", byte);
        else
            safe += text[at];
    }
    return safe;
}

std::size_t display_width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

} // namespace kmemcgd
