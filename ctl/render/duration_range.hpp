// SPDX-License-Identifier: GPL-2.0-only
// Durations that may not be shorter or longer than some others.
#pragma once

#include "render/units.hpp"

#include <chrono>

namespace kmemcgd {

struct DurationRange {
    std::uint64_t from_ns;
    std::uint64_t to_ns;
    std::string_view words; // "1s to 1d"
};

// A number without a unit counts in seconds.
Result<std::chrono::nanoseconds> parse_duration_within(std::string_view text,
                                                       const DurationRange& range);

} // namespace kmemcgd
