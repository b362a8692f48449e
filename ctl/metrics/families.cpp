// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/families.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// Slices take longer than a microsecond, and the last bucket has no bound.
constexpr std::size_t first_bucket = 9;
constexpr std::size_t last_bucket = KMEMCGD_HIST_BUCKETS - 1;

prometheus::MetricFamily& add_family(Families& families, std::string name, std::string help,
                                     prometheus::MetricType type) {
    auto& family = families.emplace_back();
    family.name = std::move(name);
    family.help = std::move(help);
    family.type = type;
    return family;
}

// Bytes of the UTF-8 sequence that the text begins with; 0: it is none.
std::size_t sequence_length(std::string_view text) {
    const auto at = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const auto first = at(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first < 0xc2   ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    if (length > text.size())
        return 0;
    for (std::size_t index = 1; index < length; ++index) {
        if ((at(index) & 0xc0) != 0x80)
            return 0;
    }
    // Overlong, a surrogate, or beyond the last code point.
    if (length >= 3) {
        const auto second = at(1);
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
            (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
            return 0;
    }
    return length;
}

bool is_control(std::string_view sequence) {
    const auto first = static_cast<unsigned char>(sequence[0]);
    return first < 0x20 || first == 0x7f ||
           (first == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0);
}

} // namespace

std::string_view source_name(MetricSource source) {
    constexpr std::array<std::string_view, metric_sources> names = {
        "module", "watermarks", "pressure", "vmstat", "buddyinfo"};
    return names.at(static_cast<std::size_t>(source));
}

prometheus::MetricFamily& add_counter(Families& families, std::string name, std::string help) {
    return add_family(families, std::move(name), std::move(help), prometheus::MetricType::Counter);
}

prometheus::MetricFamily& add_gauge(Families& families, std::string name, std::string help) {
    return add_family(families, std::move(name), std::move(help), prometheus::MetricType::Gauge);
}

void add_sample(prometheus::MetricFamily& family, double value, MetricLabels labels) {
    auto& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    if (family.type == prometheus::MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
}

void add_histogram(Families& families, std::string name, std::string help,
                   const Histogram& histogram) {
    auto& family =
        add_family(families, std::move(name), std::move(help), prometheus::MetricType::Histogram);
    auto& out = family.metric.emplace_back().histogram;
    for (std::size_t bucket = 0; bucket < histogram.size(); ++bucket) {
        const auto lowest_ns = std::ldexp(1.0, static_cast<int>(bucket));
        out.sample_count += histogram[bucket];
        out.sample_sum += static_cast<double>(histogram[bucket]) * 1.5 * lowest_ns / ns_per_second;
        if (bucket >= first_bucket && bucket < last_bucket)
            out.bucket.push_back({out.sample_count, 2 * lowest_ns / ns_per_second});
    }
    out.bucket.push_back({out.sample_count, INFINITY});
}

std::string label_text(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const auto length = sequence_length(text);
        if (length == 0 || is_control(text.substr(0, length))) {
            safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
            text.remove_prefix(1);
        } else {
            safe += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return safe;
}

} // namespace kmemcgd
