// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/observe.hpp"

#include "commands/cgroup_path.hpp"
#include "commands/wait.hpp"
#include "render/units.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

void look_at_tree(const std::filesystem::path& root, Observation& seen) {
    CgroupWalk walk(root);
    while (walk.step()) {
    }
    seen.tree = std::move(walk).finish();
    seen.tree_seen = !seen.tree.cgroups.empty();
    if (!seen.tree_seen)
        seen.not_seen.push_back({"cgroups", fmt::format("cannot list {}", root.string())});
    if (seen.tree_seen && seen.tree.unreadable > 0)
        seen.not_seen.push_back(
            {"cgroups", fmt::format("{} directories can't be listed by this user",
                                    format_count(seen.tree.unreadable))});
    if (seen.tree.truncated)
        seen.not_seen.push_back({"cgroups", fmt::format("there are more than {} directories",
                                                        format_count(most_cgroups))});
    std::uint64_t unknown = 0;
    for (const auto& cgroup : seen.tree.cgroups)
        unknown += cgroup.memory && cgroup.path != "/" && !cgroup.populated ? 1 : 0;
    if (unknown > 0)
        seen.not_seen.push_back(
            {"processes", fmt::format("of {} cgroups this user can't see whether they have any",
                                      format_count(unknown))});
}

// What vanishes within the interval has no hits in it.
void look_again(const Context& context, const std::filesystem::path& root,
                std::uint64_t interval_ns, Observation& seen) {
    const auto begin = context.now();
    const auto waited = wait_until(context, begin + std::chrono::nanoseconds(interval_ns));
    if (!waited) {
        seen.not_seen.push_back({"limits within the interval", waited.error().message});
        return;
    }
    for (const auto& cgroup : seen.tree.cgroups) {
        const auto before = cgroup.limit_hits;
        const auto directory = root / std::filesystem::path(cgroup.path).relative_path();
        const auto now = before ? read_limit_hits(directory, seen.tree.version) : before;
        seen.hits_in_interval.push_back(now && *now > *before ? *now - *before : 0);
    }
    seen.interval_ns = interval_ns;
}

} // namespace

Observation observe(const Context& context, const ObserveOptions& options) {
    Observation seen;
    seen.min_age_ns = options.min_age_ns;
    seen.module = ask_module(context.connect());
    const auto root = memory_cgroup_root(context);
    if (root)
        look_at_tree(*root, seen);
    else
        seen.not_seen.push_back({"cgroups", root.error().message});
    // A directory that nobody had looked at gets its time from the walk.
    seen.now = context.world->clock->wall_now();
    // Soon after the walk: on v1 the difference of the two counts is the zombies.
    seen.host = read_host_facts(context.world->host_root);
    if (root && options.interval_ns > 0)
        look_again(context, *root, options.interval_ns, seen);
    return seen;
}

} // namespace kmemcgd
