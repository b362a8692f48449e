// SPDX-License-Identifier: GPL-2.0-only
// What lines of the kernel's files about zones have in common: "Node 0, zone   Normal", and
// then words with blanks in between.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kmemcgd {

struct ZoneName {
    std::uint32_t node = 0;
    std::string zone; // "DMA32", "Normal"

    bool operator==(const ZoneName&) const = default;
};

// Orders that any kernel has: one beyond is a line that was cut or made up.
constexpr std::size_t most_orders = 33;

// Each takes off what it returns. A word is empty at the end of the line.
std::string_view next_line(std::string_view& text);
std::string_view next_word(std::string_view& line);
// A comma behind the name goes as well. Nothing: the line does not begin so.
std::optional<ZoneName> take_zone(std::string_view& line);

// What a message has of a line that is not understood.
std::string quote(std::string_view line);

template <class T>
bool read_number(std::string_view word, T& number) {
    const auto* end = word.data() + word.size();
    const auto parsed = std::from_chars(word.data(), end, number);
    return parsed.ec == std::errc{} && parsed.ptr == end;
}

} // namespace kmemcgd
