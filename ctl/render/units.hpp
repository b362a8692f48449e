// SPDX-License-Identifier: GPL-2.0-only
// Numbers with units, both ways. Sizes are binary: K is 1024 bytes, as in
// cgroupfs; KB is refused, because it means 1000 to half of the readers.
#pragma once

#include "client/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kmemcgd {

std::string format_count(std::uint64_t value);       // 12,345
std::string format_bytes(std::uint64_t bytes);       // 1.5 MiB
std::string format_duration_ns(std::uint64_t ns);    // 250 us, 1.5 s, 2 h 3 min
std::string format_permille(std::uint64_t permille); // 2.5 %
std::string format_share(double share);              // 0.4 %

// A number without a unit counts in `bare_unit_ns`; 0 says that it needs one.
Result<std::uint64_t> parse_duration_ns(std::string_view text, std::uint64_t bare_unit_ns);
Result<std::uint64_t> parse_bytes(std::string_view text);
// "2.5%" in permille.
Result<std::uint64_t> parse_percent_as_permille(std::string_view text);
Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t most = UINT64_MAX);
Result<bool> parse_boolean(std::string_view text);

constexpr std::uint64_t ns_per_us = 1000;
constexpr std::uint64_t ns_per_ms = 1000 * ns_per_us;
constexpr std::uint64_t ns_per_s = 1000 * ns_per_ms;

} // namespace kmemcgd
