// SPDX-License-Identifier: GPL-2.0-only
#include "frag/explain.hpp"

#include "frag/advice.hpp"

namespace kmemcgd {
namespace {

constexpr std::uint64_t bytes_per_kb = 1024;
constexpr std::uint64_t usual_page_bytes = 4096;
// Before that it does not compact for those who may not enter a filesystem.
constexpr KernelVersion compacts_for_nofs{4, 10, 0};

void choose_version(Explanation& told, const VersionHints& hints) {
    const auto take = [&told](const std::optional<KernelVersion>& version, VersionFrom from) {
        if (told.version || !version)
            return;
        told.version = version;
        told.version_from = from;
    };
    const bool has_names = !told.failure.flags.empty();
    take(hints.option, VersionFrom::option);
    take(told.failure.version, VersionFrom::log);
    if (hints.host && (*hints.host >= first_with_names) == has_names)
        take(hints.host, VersionFrom::host);
    if (!has_names)
        take(version_of_mask(told.failure.mask), VersionFrom::mask);
}

void decode(Explanation& told) {
    const auto& names = told.failure.flags;
    // What a name stands for that is not known, the mask tells. It is a newer one, most likely.
    if (!names.empty() && !has_unknown_composite(names))
        told.flags = parse_gfp_names(names, told.version);
    else
        told.flags = decode_gfp(told.failure.mask, told.version.value_or(newest_layout));
    if (told.flags)
        told.could_wait = can_wait(*told.flags);
}

// Source: try_to_compact_pages() of mm/compaction.c.
std::optional<bool> can_compact(const Explanation& told) {
    if (!told.flags)
        return std::nullopt;
    if (told.failure.order == 0 || !can_wait(*told.flags) || !has_flag(*told.flags, "__GFP_IO"))
        return false;
    if (has_flag(*told.flags, "__GFP_FS"))
        return true;
    return told.version ? std::optional(*told.version >= compacts_for_nofs) : std::nullopt;
}

} // namespace

Explanation explain(AllocationFailure failure, const VersionHints& hints) {
    Explanation told;
    told.failure = std::move(failure);
    const auto& zones = told.failure.zones;
    told.page_size_told = !zones.empty();
    const auto page_bytes = zones.empty() ? usual_page_bytes : zones.front().page_kb * bytes_per_kb;
    told.pages = std::uint64_t{1} << told.failure.order;
    told.bytes = told.pages * page_bytes;
    choose_version(told, hints);
    decode(told);
    told.could_compact = can_compact(told);
    if (told.flags)
        told.zones = zones_for(*told.flags);
    told.seen = judge_zones(told.failure, told.flags);
    told.cause = cause_of(told.seen);
    told.likely = likely_callers(told);
    told.advice = advise(told);
    return told;
}

} // namespace kmemcgd
