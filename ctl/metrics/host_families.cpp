// SPDX-License-Identifier: GPL-2.0-only
// What the kernel says by itself, also without the module.
#include "metrics/families.hpp"

namespace kmemcgd {

void add_host_families(const Scrape& scrape, Families& families) {
    if (scrape.direct_reclaim) {
        add_sample(add_counter(families, "kmemcgd_direct_reclaim_events_total",
                               "Times that an allocation reclaimed because the host was short."),
                   static_cast<double>(scrape.direct_reclaim->events));
        if (scrape.direct_reclaim->scanned_pages)
            add_sample(add_counter(families, "kmemcgd_direct_reclaim_scanned_bytes_total",
                                   "Memory that direct reclaim looked at, of cgroups as well."),
                       static_cast<double>(*scrape.direct_reclaim->scanned_pages *
                                           scrape.page_size_bytes));
    }
    if (!scrape.buddy_zones)
        return;
    auto& family = add_gauge(families, "kmemcgd_buddy_free_blocks",
                             "Free blocks of 2^order pages in the buddy allocator.");
    for (const auto& zone : *scrape.buddy_zones) {
        for (std::size_t order = 0; order < zone.free_blocks.size(); ++order)
            add_sample(family, static_cast<double>(zone.free_blocks[order]),
                       {{"node", std::to_string(zone.node)},
                        {"zone", label_text(zone.zone)},
                        {"order", std::to_string(order)}});
    }
}

} // namespace kmemcgd
