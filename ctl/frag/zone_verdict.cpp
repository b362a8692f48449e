// SPDX-License-Identifier: GPL-2.0-only
#include "frag/zone_verdict.hpp"

#include <algorithm>
#include <bit>
#include <map>

namespace kmemcgd {
namespace {

constexpr std::uint64_t bytes_per_kb = 1024;
// Of zone DMA where it is for devices of 24 bits, as on x86.
constexpr std::uint64_t small_dma_kb = std::uint64_t{16} * 1024;

using ZoneTypes = std::uint32_t; // a bit for each of zone_types, and one for any other

class Judge {
public:
    Judge(const AllocationFailure& failure, const std::optional<GfpFlags>& flags)
        : failure_(failure), flags_(flags.value_or(GfpFlags{})) {
        if (flags)
            zones_ = zones_for(*flags);
        for (const auto& zone : failure.zones)
            types_[zone.blocks.node] |= ZoneTypes{1} << zone_type(zone.blocks.zone);
        movable_ = has_flag(flags_, "__GFP_MOVABLE");
        high_ = has_flag(flags_, "__GFP_HIGH");
        atomic_ = high_ && !can_wait(flags_) && !has_flag(flags_, "__GFP_NOMEMALLOC");
    }

    SeenZone see(const LoggedZone& logged) const {
        const auto& blocks = logged.blocks;
        const auto page_bytes = logged.page_kb * bytes_per_kb;
        const auto usable = usable_blocks(logged);
        SeenZone seen{blocks.node, blocks.zone, free_pages(blocks) * page_bytes, {}, false, {}};
        for (std::size_t order = 0; order < usable.free_blocks.size(); ++order) {
            if (usable.free_blocks[order] > 0)
                seen.largest_bytes = page_bytes << order;
        }
        seen.could_serve = could_serve(logged);
        const auto orders = view_orders(usable, limit(logged), free(logged, usable));
        if (failure_.order < orders.size())
            seen.view = orders[failure_.order];
        return seen;
    }

private:
    bool could_serve(const LoggedZone& logged) const {
        const auto& zone = logged.blocks.zone;
        if (std::find(zones_.begin(), zones_.end(), zone) == zones_.end())
            return false;
        const auto node = logged.blocks.node;
        // A cpuset binds only those who ask for it; others may go beyond.
        if ((failure_.nodemask && !failure_.nodemask->has(node)) ||
            (failure_.mems_allowed && has_flag(flags_, "__GFP_HARDWALL") &&
             !failure_.mems_allowed->has(node)))
            return false;
        return zone != "DMA" || zones_.size() == 1 || !is_small(logged);
    }

    // On arm64 or ppc64 zone DMA may be all the memory that there is.
    bool is_small(const LoggedZone& dma) const {
        if (dma.report && dma.report->size_kb)
            return *dma.report->size_kb <= small_dma_kb;
        if (free_pages(dma.blocks) * dma.page_kb > small_dma_kb)
            return false;
        const auto& zone = dma.blocks.zone;
        return std::any_of(zones_.begin(), zones_.end(), [&](const std::string& other) {
            return other != zone && has_type(dma.blocks.node, zone_type(other));
        });
    }

    bool has_type(std::uint32_t node, std::size_t type) const {
        return (types_.at(node) & (ZoneTypes{1} << type)) != 0;
    }

    BuddyZone usable_blocks(const LoggedZone& logged) const {
        auto usable = logged.blocks;
        BlockUsers mine = for_everybody;
        if (movable_)
            mine |= for_movable;
        if (atomic_ && failure_.order > 0)
            mine |= for_high_atomic;
        for (std::size_t order = 0; order < usable.free_blocks.size(); ++order) {
            if ((logged.users[order] & mine) == 0)
                usable.free_blocks[order] = 0;
        }
        return usable;
    }

    // Pages that count against the limit.
    std::uint64_t free(const LoggedZone& logged, const BuddyZone& usable) const {
        if (!logged.report)
            return free_pages(usable);
        auto reserved = movable_ ? 0 : logged.report->cma_kb;
        if (!high_)
            reserved += logged.report->high_atomic_kb;
        return (logged.report->free_kb - std::min(logged.report->free_kb, reserved)) /
               logged.page_kb;
    }

    // So many pages have to be left.
    std::uint64_t limit(const LoggedZone& logged) const {
        if (!logged.report)
            return 0;
        auto min = logged.report->min_kb / logged.page_kb;
        if (high_)
            min -= min / 2;
        if (atomic_)
            min -= min / 4;
        return min + reserve(logged);
    }

    // What a zone keeps from those who could have had a higher one. The kernel's array is by
    // zone type, and the log does not say which types it has: but the number for one grows
    // with each zone above this one, up to that, that has memory. So those of the node are
    // counted, and as many steps are gone up.
    std::uint64_t reserve(const LoggedZone& logged) const {
        if (zones_.empty())
            return 0;
        const auto own = zone_type(logged.blocks.zone);
        const auto asked = zone_type(zones_.front());
        if (own >= asked)
            return 0;
        const auto up_to_asked = (ZoneTypes{2} << asked) - 1;
        const auto up_to_own = (ZoneTypes{2} << own) - 1;
        auto steps = std::popcount(types_.at(logged.blocks.node) & up_to_asked & ~up_to_own);
        std::uint64_t pages = 0;
        for (const auto entry : logged.report->reserve) {
            if (steps == 0)
                break;
            if (entry > pages) {
                pages = entry;
                --steps;
            }
        }
        return pages;
    }

    const AllocationFailure& failure_;
    GfpFlags flags_;
    std::vector<std::string> zones_;
    std::map<std::uint32_t, ZoneTypes> types_; // that have memory, by node
    bool movable_ = false;
    bool high_ = false;
    bool atomic_ = false; // goes deeper into the reserves than who is only high
};

} // namespace

std::vector<std::string> zones_for(const GfpFlags& flags) {
    if (has_flag(flags, "__GFP_DMA"))
        return {"DMA"};
    if (has_flag(flags, "__GFP_DMA32"))
        return {"DMA32", "DMA"};
    std::vector<std::string> zones{"Normal", "DMA32", "DMA"};
    if (has_flag(flags, "__GFP_HIGHMEM")) {
        zones.insert(zones.begin(), "HighMem");
        if (has_flag(flags, "__GFP_MOVABLE"))
            zones.insert(zones.begin(), "Movable");
    }
    return zones;
}

std::vector<SeenZone> judge_zones(const AllocationFailure& failure,
                                  const std::optional<GfpFlags>& flags) {
    const Judge judge(failure, flags);
    std::vector<SeenZone> seen;
    seen.reserve(failure.zones.size());
    for (const auto& zone : failure.zones)
        seen.push_back(judge.see(zone));
    return seen;
}

std::optional<Verdict> cause_of(const std::vector<SeenZone>& zones) {
    std::optional<Verdict> cause;
    for (const auto& seen : zones) {
        if (!seen.could_serve || !seen.view)
            continue;
        if (seen.view->verdict == Verdict::fragmented)
            return Verdict::fragmented;
        if (!cause || seen.view->verdict == Verdict::shortage)
            cause = seen.view->verdict;
    }
    return cause;
}

} // namespace kmemcgd
