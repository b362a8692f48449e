// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "client/types.hpp"
#include "render/text.hpp"

#include <ostream>
#include <string_view>

namespace kmemcgd {

std::uint64_t histogram_total(const Histogram& histogram);

// What that share of the samples stayed below: the upper bound of the bucket
// that it falls into. Nothing when there are no samples, or when it falls into
// the last bucket, which has no bound.
std::optional<std::uint64_t> percentile_bound_ns(const Histogram& histogram, unsigned percent);

// "< 128 us", ">= 2.1 s", or "-".
std::string format_percentile(const Histogram& histogram, unsigned percent);

void print_bars(std::ostream& out, std::string_view title, const Histogram& histogram,
                unsigned columns, const Paint& paint);

} // namespace kmemcgd
