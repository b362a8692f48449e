// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/text_file.hpp"

#include "client/descriptor.hpp"
#include "client/system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>

#include <fcntl.h>
#include <unistd.h>

namespace kmemcgd {
namespace {

constexpr std::size_t largest_bytes = std::size_t{64} << 10;
constexpr std::string_view blanks = " \t:";

std::optional<std::uint64_t> leading_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{})
        return std::nullopt;
    const bool ends = parsed.ptr == end || *parsed.ptr == ' ' || *parsed.ptr == '\n';
    return ends ? std::optional(value) : std::nullopt;
}

} // namespace

Result<std::string> read_text_file(const std::filesystem::path& path) {
    return read_text_file(AT_FDCWD, path.c_str());
}

Result<std::string> read_text_file(int directory, const char* path) {
    const Descriptor file(::openat(directory, path, O_RDONLY | O_CLOEXEC));
    if (file.number() < 0)
        return file_error("read", path, errno);
    std::string text;
    std::array<char, 4096> part;
    while (text.size() < largest_bytes) {
        const auto got = ::read(file.number(), part.data(), part.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_error("read", path, errno);
        if (got == 0)
            break;
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return text;
}

std::optional<std::uint64_t> value_of(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.starts_with(key))
            continue;
        const auto rest = line.substr(key.size());
        const auto value = rest.find_first_not_of(blanks);
        if (value != 0 && value != std::string_view::npos)
            return leading_number(rest.substr(value));
    }
    return std::nullopt;
}

std::optional<double> take_decimal(std::string_view& text) {
    double number = 0;
    const auto parsed =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (parsed.ec != std::errc{} || !std::isfinite(number) || std::signbit(number))
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    return number;
}

std::optional<std::uint64_t> only_value(std::string_view text) {
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    const auto value = leading_number(text);
    return text.find_first_of(" \n") == std::string_view::npos ? value : std::nullopt;
}

} // namespace kmemcgd
