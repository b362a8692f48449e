// SPDX-License-Identifier: GPL-2.0-only
#include "host/kernel_version.hpp"

#include <charconv>

namespace kmemcgd {
namespace {

// What stands behind it; nothing where there is no number, or nothing behind it.
template <class T>
std::string_view take_number(std::string_view text, T& number) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc{}
               ? text.substr(static_cast<std::size_t>(parsed.ptr - text.data()))
               : std::string_view{};
}

} // namespace

std::optional<KernelVersion> parse_kernel_version(std::string_view release) {
    KernelVersion version;
    auto rest = take_number(release, version.major);
    if (!rest.starts_with('.'))
        return std::nullopt;
    const auto minor = rest.substr(1);
    if (minor.empty() || minor.front() < '0' || minor.front() > '9')
        return std::nullopt;
    rest = take_number(minor, version.minor);
    if (rest.starts_with('.'))
        take_number(rest.substr(1), version.patch);
    if (version.major > 2)
        version.patch = 0;
    return version;
}

} // namespace kmemcgd
