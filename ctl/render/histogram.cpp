// SPDX-License-Identifier: GPL-2.0-only
#include "render/histogram.hpp"

#include "render/units.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::size_t last = KMEMCGD_HIST_BUCKETS - 1;

std::uint64_t lower_bound_ns(std::size_t bucket) {
    return bucket == 0 ? 0 : std::uint64_t{1} << bucket;
}

std::uint64_t upper_bound_ns(std::size_t bucket) {
    return std::uint64_t{1} << (bucket + 1);
}

std::string up_to(std::size_t bucket) {
    return bucket == last ? "and more"
                          : fmt::format("to {}", format_duration_ns(upper_bound_ns(bucket)));
}

std::optional<std::size_t> percentile_bucket(const Histogram& histogram, unsigned percent) {
    const auto total = histogram_total(histogram);
    if (total == 0)
        return std::nullopt;
    // Rounded up: 95 % of 3 samples are 3 samples.
    const auto wanted = total / 100 * percent + (total % 100 * percent + 99) / 100;
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < last; ++bucket) {
        seen += histogram[bucket];
        if (seen >= wanted)
            return bucket;
    }
    return last;
}

} // namespace

std::uint64_t histogram_total(const Histogram& histogram) {
    return std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
}

std::optional<std::uint64_t> percentile_bound_ns(const Histogram& histogram, unsigned percent) {
    const auto bucket = percentile_bucket(histogram, percent);
    if (!bucket || *bucket == last)
        return std::nullopt;
    return upper_bound_ns(*bucket);
}

std::string format_percentile(const Histogram& histogram, unsigned percent) {
    const auto bucket = percentile_bucket(histogram, percent);
    if (!bucket)
        return "-";
    return *bucket == last ? fmt::format(">= {}", format_duration_ns(lower_bound_ns(last)))
                           : fmt::format("< {}", format_duration_ns(upper_bound_ns(*bucket)));
}

void print_bars(std::ostream& out, std::string_view title, const Histogram& histogram,
                unsigned columns, const Paint& paint) {
    const auto total = histogram_total(histogram);
    out << paint.bold(title) << fmt::format(": {} samples", format_count(total));
    if (total == 0) {
        out << '\n';
        return;
    }
    out << fmt::format(", p50 {}, p95 {}, p99 {}, max {}\n", format_percentile(histogram, 50),
                       format_percentile(histogram, 95), format_percentile(histogram, 99),
                       format_percentile(histogram, 100));

    const auto used = [](std::uint64_t count) { return count > 0; };
    const auto first = std::find_if(histogram.begin(), histogram.end(), used);
    const auto end = std::find_if(histogram.rbegin(), histogram.rend(), used).base();
    const auto most = *std::max_element(first, end);
    const unsigned room = std::clamp(columns, 60U, 120U) - 44;
    for (auto bucket = first; bucket != end; ++bucket) {
        const auto index = static_cast<std::size_t>(bucket - histogram.begin());
        const auto length = static_cast<std::size_t>(
            static_cast<double>(*bucket) / static_cast<double>(most) * room + 0.5);
        // A bucket that is not empty must be seen.
        const std::string bar(*bucket > 0 ? std::max<std::size_t>(length, 1) : 0, '#');
        out << fmt::format("  {:>8} {:<11} {:<{}} {:>9}  {:5.1f} %\n",
                           format_duration_ns(lower_bound_ns(index)), up_to(index), bar, room,
                           format_count(*bucket),
                           100.0 * static_cast<double>(*bucket) / static_cast<double>(total));
    }
}

} // namespace kmemcgd
