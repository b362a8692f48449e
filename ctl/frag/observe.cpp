// SPDX-License-Identifier: GPL-2.0-only
#include "frag/observe.hpp"

#include "doctor/text_file.hpp"
#include "host/zoneinfo.hpp"

namespace kmemcgd {

Result<FragCounters> read_frag_counters(const std::filesystem::path& root) {
    const auto vmstat = read_text_file(root / "proc/vmstat");
    if (!vmstat)
        return vmstat.error();
    const auto direct = parse_direct_reclaim(*vmstat);
    if (!direct)
        return direct.error();
    return FragCounters{direct->events, parse_compaction(*vmstat)};
}

Result<FragView> observe_fragmentation(const std::filesystem::path& root) {
    const auto zones = read_buddyinfo(root);
    if (!zones)
        return zones.error();
    const auto counters = read_frag_counters(root);
    if (!counters)
        return counters.error();
    const auto mins = read_zone_mins(root);
    FragView view{{}, *counters};
    for (const auto& zone : *zones) {
        const auto min = mins.find({zone.node, zone.zone});
        view.zones.push_back({zone.node, zone.zone, free_pages(zone),
                              view_orders(zone, min == mins.end() ? 0 : min->second)});
    }
    return view;
}

} // namespace kmemcgd
