// SPDX-License-Identifier: GPL-2.0-only
// The release of a kernel, as far as it says what is in it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kmemcgd {

struct KernelVersion {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::uint32_t patch = 0; // counts for 2.6.x only
    // clang-tidy 14 takes a 0 in what the compiler makes of it for a null pointer.
    // NOLINTNEXTLINE(modernize-use-nullptr)
    auto operator<=>(const KernelVersion&) const = default;
};

// The beginning of a release such as "3.10.0-514.el7.x86_64"; nothing when it is none.
std::optional<KernelVersion> parse_kernel_version(std::string_view release);

} // namespace kmemcgd
