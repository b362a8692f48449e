// SPDX-License-Identifier: GPL-2.0-only
#include "render/duration_range.hpp"

#include <fmt/format.h>

namespace kmemcgd {

Result<std::chrono::nanoseconds> parse_duration_within(std::string_view text,
                                                       const DurationRange& range) {
    const auto ns = parse_duration_ns(text, ns_per_s);
    if (!ns)
        return ns.error();
    if (*ns < range.from_ns || *ns > range.to_ns)
        return usage_error(fmt::format("\"{}\" is out of range", text),
                           fmt::format("it can be {}", range.words));
    return std::chrono::nanoseconds(*ns);
}

} // namespace kmemcgd
