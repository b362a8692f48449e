// SPDX-License-Identifier: GPL-2.0-only
#include "client/config_fields.hpp"

#include <algorithm>

namespace kmemcgd {
namespace {

using Q = Quantity;

constexpr ConfigField table[] = {
    {KMEMCGD_A_CONFIG_ENABLED, "enabled", "", Q::boolean, "the daemon works"},
    {KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE, "cpu_cap_permille", "cpu_cap", Q::permille,
     "CPU time that may be spent on zombies, of one CPU"},
    {KMEMCGD_A_CONFIG_BURST_US, "burst_us", "burst", Q::microseconds,
     "CPU time that it may use at once after a pause"},
    {KMEMCGD_A_CONFIG_SLICE_TARGET_US, "slice_target_us", "slice_target", Q::microseconds,
     "how long a slice should take"},
    {KMEMCGD_A_CONFIG_SLICE_MAX_PAGES, "slice_max_pages", "", Q::pages,
     "pages in one slice, at most"},
    {KMEMCGD_A_CONFIG_SETTLE_MS, "settle_ms", "settle", Q::milliseconds,
     "wait after a cgroup was removed"},
    {KMEMCGD_A_CONFIG_SCAN_INTERVAL_MS, "scan_interval_ms", "scan_interval", Q::milliseconds,
     "between two scans, where tracepoints are missing"},
    {KMEMCGD_A_CONFIG_BACKOFF_MIN_MS, "backoff_min_ms", "backoff_min", Q::milliseconds,
     "before the second visit of a zombie"},
    {KMEMCGD_A_CONFIG_BACKOFF_MAX_MS, "backoff_max_ms", "backoff_max", Q::milliseconds,
     "between two visits of a zombie, at most"},
    {KMEMCGD_A_CONFIG_STATES_MAX, "states_max", "", Q::count,
     "zombies that state is kept for, at most"},
    {KMEMCGD_A_CONFIG_SWAP, "swap", "", Q::boolean, "swap zombies out"},
    {KMEMCGD_A_CONFIG_INODES, "inodes", "", Q::boolean, "evict the inodes that hold zombies"},
    {KMEMCGD_A_CONFIG_NICE_MIN, "nice_min", "", Q::count,
     "highest priority that watermarks may give their threads, 19 is the lowest"},
    {KMEMCGD_A_CONFIG_HEADROOM_MAX_PERMILLE, "headroom_max_permille", "headroom_max", Q::permille,
     "how much lower watermarks may be learned, of the limit"},
    {KMEMCGD_A_CONFIG_WATCHES_MAX, "watches_max", "", Q::count,
     "memcgs that are watched, and policies, at most"},
    {KMEMCGD_A_CONFIG_THREADS, "threads", "", Q::count, "threads for watermarks"},
    {KMEMCGD_A_CONFIG_NODE_FREE_MB, "node_free_mb", "node_free", Q::mebibytes,
     "memory to keep free, above what the kernel keeps; 0: off"},
    {KMEMCGD_A_CONFIG_NODE_FREE_PERMILLE, "node_free_permille", "", Q::permille,
     "the same, of all memory; the larger one counts"},
    {KMEMCGD_A_CONFIG_NODE_GAP_PERCENT, "node_gap_percent", "node_gap", Q::percent,
     "how much more is freed once it is short, of that"},
};
static_assert(std::size(table) == KMEMCGD_A_CONFIG_MAX);

} // namespace

std::span<const ConfigField> config_fields() {
    return table;
}

const ConfigField* find_config_field(std::string_view name_or_alias) {
    const auto* found = std::find_if(std::begin(table), std::end(table), [&](const auto& field) {
        return field.name == name_or_alias ||
               (!field.alias.empty() && field.alias == name_or_alias);
    });
    return found == std::end(table) ? nullptr : found;
}

const ConfigField* find_config_field(std::uint16_t attribute) {
    const auto* found = std::find_if(std::begin(table), std::end(table), [&](const auto& field) {
        return field.attribute == attribute;
    });
    return found == std::end(table) ? nullptr : found;
}

const ConfigField& config_field(kmemcgd_a_config which) {
    return *find_config_field(static_cast<std::uint16_t>(which));
}

} // namespace kmemcgd
