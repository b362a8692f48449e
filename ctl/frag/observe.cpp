// SPDX-License-Identifier: GPL-2.0-only
#include "frag/observe.hpp"

#include "doctor/text_file.hpp"
#include "host/extfrag.hpp"
#include "host/zoneinfo.hpp"

#include <algorithm>

namespace kmemcgd {
namespace {

// Has take(order's view, the kernel's index) for all orders of all zones, or for none: files
// of debugfs are not read at the same moment, and a zone may have come or gone.
template <class Take>
IndexFrom take_from_debugfs(const std::filesystem::path& root, std::string_view name,
                            std::vector<ZoneView>& zones, const Take& take) {
    const auto indices = read_extfrag(root, name);
    if (!indices)
        return IndexFrom::computed;
    std::vector<const ZoneIndices*> of_zones;
    for (const auto& zone : zones) {
        const auto found =
            std::find_if(indices->begin(), indices->end(), [&zone](const ZoneIndices& known) {
                return known.node == zone.node && known.zone == zone.zone &&
                       known.permille.size() == zone.orders.size();
            });
        if (found == indices->end())
            return IndexFrom::computed;
        of_zones.push_back(&*found);
    }
    for (std::size_t at = 0; at < zones.size(); ++at) {
        for (auto& view : zones[at].orders)
            take(view, of_zones[at]->permille[view.order]);
    }
    return IndexFrom::debugfs;
}

} // namespace

std::string_view source_name(IndexFrom from) {
    return from == IndexFrom::debugfs ? "debugfs" : "computed";
}

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
    const auto infos = read_zoneinfo(root);
    FragView view{{}, *counters, {}, {}};
    for (const auto& zone : *zones) {
        const auto info = infos.find({zone.node, zone.zone});
        view.zones.push_back({zone.node, zone.zone, free_pages(zone),
                              view_orders(zone, info == infos.end() ? 0 : info->second.min)});
    }
    using Index = std::optional<std::uint32_t>;
    view.index_from =
        take_from_debugfs(root, "extfrag_index", view.zones,
                          [](OrderView& at, const Index& index) { at.index_permille = index; });
    view.unusable_from = take_from_debugfs(
        root, "unusable_index", view.zones,
        [](OrderView& at, const Index& index) { at.unusable_permille = index.value_or(0); });
    return view;
}

} // namespace kmemcgd
