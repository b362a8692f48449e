// SPDX-License-Identifier: GPL-2.0-only
// What the module counts, and whether it could be asked.
#include "client/names.hpp"
#include "metrics/families.hpp"

#include <kmemcgd/version.h>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr MemberMetric<Stats> counters[] = {
    {"kmemcgd_cgroups_removed_total", "Cgroups removed.", &Stats::offlined, true, 1},
    {"kmemcgd_cgroups_released_total", "Cgroups released, whoever freed them.", &Stats::released,
     true, 1},
    {"kmemcgd_zombies_seen_total", "Zombies visited at least once.", &Stats::seen, true, 1},
    {"kmemcgd_zombies_freed_total", "Zombies seen that were released.", &Stats::freed, true, 1},
    {"kmemcgd_inodes_evicted_total", "Inodes evicted.", &Stats::inodes, true, 1},
    {"kmemcgd_passes_total", "Passes over the zombies that were due.", &Stats::passes, true, 1},
    {"kmemcgd_wakeups_total", "Times that a thread of the module went to work.", &Stats::wakeups,
     true, 1},
    {"kmemcgd_cpu_seconds_total", "CPU time of the module's threads.", &Stats::cpu_ns, true,
     ns_per_second},
    {"kmemcgd_throttled_seconds_total", "Time that zombies waited for the CPU cap.",
     &Stats::throttled_ns, true, ns_per_second},
    {"kmemcgd_events_lost_total", "Events that a slow listener did not get.", &Stats::events_lost,
     true, 1},
};

void add_info(const Scrape& scrape, Families& families) {
    add_sample(add_gauge(families, "kmemcgd_controller_info", "The controller, kmemcgctl."), 1,
               {{"version", KMEMCGD_VERSION}});
    if (!scrape.info)
        return;
    add_sample(add_gauge(families, "kmemcgd_module_info", "The module, and what it runs on."), 1,
               {{"version", label_text(scrape.info->module_version)},
                {"kernel", label_text(scrape.info->kernel_release)},
                {"protocol", std::to_string(scrape.info->protocol)},
                {"cgroup_version", std::to_string(scrape.info->cgroup_version)}});
}

// Another part of the module that takes pages gets another reason.
void add_reclaimed(const Scrape& scrape, Families& families) {
    const struct {
        const char* reason;
        std::optional<std::uint64_t> pages;
    } parts[] = {{"zombie", scrape.stats->zombie_pages},
                 {"watermark", scrape.stats->watermark_pages},
                 {"node", scrape.stats->node_pages}};
    auto& family =
        add_counter(families, "kmemcgd_reclaimed_bytes_total", "Memory that the module took.");
    for (const auto& [reason, pages] : parts) {
        if (pages)
            add_sample(family, static_cast<double>(*pages) * scrape.info->page_size_bytes,
                       {{"reason", reason}});
    }
    if (family.metric.empty()) // a module that does not tell them apart
        families.pop_back();
}

} // namespace

void add_module_families(const Scrape& scrape, Families& families) {
    add_sample(add_gauge(families, "kmemcgd_up", "Whether the module answers: 1, or 0."),
               scrape.stats ? 1 : 0);
    auto& success = add_gauge(families, "kmemcgd_source_up",
                              "Whether this source of metrics could be read: 1, or 0.");
    for (std::size_t index = 0; index < metric_sources; ++index) {
        const auto source = static_cast<MetricSource>(index);
        add_sample(success, scrape.failures.count(source) == 0 ? 1 : 0,
                   {{"source", std::string(source_name(source))}});
    }
    add_info(scrape, families);
    if (!scrape.stats)
        return;
    auto& zombies = add_gauge(families, "kmemcgd_zombies",
                              "Zombie memory cgroups that state is kept for, by what holds them.");
    for (std::uint32_t pin = 0; pin < scrape.stats->left_by_pin.size(); ++pin)
        add_sample(zombies, scrape.stats->left_by_pin[pin], {{"pin", pin_name(pin)}});
    add_sample(add_gauge(families, "kmemcgd_zombies_untracked",
                         "Zombies that no state is kept for (states_max)."),
               static_cast<double>(scrape.stats->untracked));
    for (const auto& counter : counters)
        add_sample(counter.add_to(families), counter.of(*scrape.stats));
    add_reclaimed(scrape, families);
    add_histogram(families, "kmemcgd_slice_duration_seconds",
                  "Time of slices of work; the sum is an estimate by buckets.",
                  scrape.stats->slice_hist);
    add_histogram(families, "kmemcgd_resched_interval_seconds",
                  "Time between two chances to reschedule; the sum is an estimate by buckets.",
                  scrape.stats->resched_hist);
}

} // namespace kmemcgd
