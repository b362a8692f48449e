// SPDX-License-Identifier: GPL-2.0-only
// What the kernel says by itself, also without the module.
#include "frag/fragmentation.hpp"
#include "metrics/families.hpp"

namespace kmemcgd {
namespace {

constexpr double permille = 1000;

void add_direct_reclaim(const Scrape& scrape, Families& families) {
    add_sample(add_counter(families, "kmemcgd_direct_reclaim_events_total",
                           "Times that an allocation reclaimed because the host was short."),
               static_cast<double>(scrape.direct_reclaim->events));
    if (scrape.direct_reclaim->scanned_pages)
        add_sample(
            add_counter(families, "kmemcgd_direct_reclaim_scanned_bytes_total",
                        "Memory that direct reclaim looked at, of cgroups as well."),
            static_cast<double>(*scrape.direct_reclaim->scanned_pages * scrape.page_size_bytes));
}

void add_compaction(const Compaction& compaction, Families& families) {
    add_sample(add_counter(families, "kmemcgd_direct_compaction_stalls_total",
                           "Times that an allocation compacted for want of a large block."),
               static_cast<double>(compaction.stalls));
    add_sample(add_counter(families, "kmemcgd_direct_compaction_failures_total",
                           "Those that got no block by it."),
               static_cast<double>(compaction.failures));
    add_sample(
        add_counter(families, "kmemcgd_direct_compaction_successes_total", "Those that got one."),
        static_cast<double>(compaction.successes));
}

MetricLabels labels_of(const BuddyZone& zone, std::size_t order) {
    return {{"node", std::to_string(zone.node)},
            {"zone", label_text(zone.zone)},
            {"order", std::to_string(order)}};
}

void add_buddy(const std::vector<BuddyZone>& zones, Families& families) {
    auto& blocks = add_gauge(families, "kmemcgd_buddy_free_blocks",
                             "Free blocks of 2^order pages in the buddy allocator.");
    for (const auto& zone : zones) {
        for (std::size_t order = 0; order < zone.free_blocks.size(); ++order)
            add_sample(blocks, static_cast<double>(zone.free_blocks[order]),
                       labels_of(zone, order));
    }
    auto& unusable = add_gauge(families, "kmemcgd_buddy_unusable_free_ratio",
                               "Share of free memory in blocks that are smaller than 2^order "
                               "pages.");
    for (const auto& zone : zones) {
        for (const auto& view : view_orders(zone, 0))
            add_sample(unusable, view.unusable_permille / permille, labels_of(zone, view.order));
    }
}

} // namespace

void add_host_families(const Scrape& scrape, Families& families) {
    if (scrape.direct_reclaim)
        add_direct_reclaim(scrape, families);
    if (scrape.compaction)
        add_compaction(*scrape.compaction, families);
    if (scrape.buddy_zones)
        add_buddy(*scrape.buddy_zones, families);
}

} // namespace kmemcgd
