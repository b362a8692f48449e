// SPDX-License-Identifier: GPL-2.0-only
// How metrics are made, and from what. One that is new gets a line in the function of
// its group, and a line in docs/metrics.md.
#pragma once

#include "client/types.hpp"
#include "host/buddyinfo.hpp"
#include "host/compaction.hpp"
#include "host/direct_reclaim.hpp"
#include "metrics/frag_totals.hpp"
#include "metrics/policy_totals.hpp"

#include <map>
#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

using Families = std::vector<prometheus::MetricFamily>;
using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

// Where a scrape gets its values; each is asked by itself and may fail by itself.
enum class MetricSource { module, watermarks, pressure, vmstat, buddyinfo };
inline constexpr std::size_t metric_sources = 5;
std::string_view source_name(MetricSource source);

// What one scrape saw. Empty: it could not be had, and failures says why.
struct Scrape {
    std::optional<Info> info;
    std::optional<Stats> stats;
    std::optional<std::vector<Watch>> watches;
    std::map<std::uint64_t, std::string> policies; // names, by the id that watches have
    std::map<std::string, WatermarkCounts> totals; // by name
    std::optional<Pressure> pressure;
    std::optional<DirectReclaim> direct_reclaim;
    std::optional<Compaction> compaction; // empty as well: this kernel does not count
    std::optional<std::vector<BuddyZone>> buddy_zones;
    std::optional<FragTotals> fragmentation; // of the daemon, where it has a rule
    std::map<MetricSource, Error> failures;
    std::uint64_t page_size_bytes = 0; // the host's
    bool per_cgroup = false;
};

// One function for each group, in files of their own; each adds what there is.
void add_module_families(const Scrape& scrape, Families& families);
void add_watermark_families(const Scrape& scrape, Families& families);
void add_pressure_families(const Scrape& scrape, Families& families);
void add_frag_families(const Scrape& scrape, Families& families);
void add_host_families(const Scrape& scrape, Families& families);

// References stay good until the next family is added.
prometheus::MetricFamily& add_counter(Families& families, std::string name, std::string help);
prometheus::MetricFamily& add_gauge(Families& families, std::string name, std::string help);
void add_sample(prometheus::MetricFamily& family, double value, MetricLabels labels = {});

// Cumulative, in seconds. The module keeps no sum: each value counts as the middle of
// its bucket, which is off by half at most and never goes down.
void add_histogram(Families& families, std::string name, std::string help,
                   const Histogram& histogram);

// Names come from tenants, and a value that is not UTF-8 breaks the whole scrape.
std::string label_text(std::string_view text);

constexpr double ns_per_second = 1e9;

// A number that the module tells of something, and the metric that it becomes.
template <class T>
struct MemberMetric {
    const char* name;
    const char* help;
    std::uint64_t T::*member;
    bool counts;    // else it is a gauge
    double divisor; // to the base unit

    [[nodiscard]] prometheus::MetricFamily& add_to(Families& families) const {
        return counts ? add_counter(families, name, help) : add_gauge(families, name, help);
    }
    [[nodiscard]] double of(const T& from) const {
        return static_cast<double>(from.*member) / divisor;
    }
};

} // namespace kmemcgd
