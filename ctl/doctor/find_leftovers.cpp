// SPDX-License-Identifier: GPL-2.0-only
// The other leak: directories that their maker never removed. They are no
// zombies, and nobody but rmdir lets go of them.
#include "doctor/findings.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// So many of one pattern; a plain host has some empty slices.
constexpr std::uint64_t a_leak = 50;

// Units that never have processes: their cgroups are empty and in use.
constexpr std::array<std::string_view, 4> without_processes = {".mount", ".automount", ".socket",
                                                               ".swap"};

bool is_left_over(const Observation& seen, const Cgroup& cgroup) {
    const bool normal =
        std::any_of(without_processes.begin(), without_processes.end(),
                    [&](std::string_view suffix) { return cgroup.path.ends_with(suffix); });
    // The clock may have been set back since.
    const auto age = std::max(seen.now - cgroup.seen_since, WallTime::duration::zero());
    return cgroup.memory && !normal && cgroup.populated == false &&
           age >= std::chrono::nanoseconds(seen.min_age_ns);
}

} // namespace

void find_leftovers(const Observation& seen, Diagnoses& found) {
    PathGroups all;
    for (const auto& cgroup : seen.tree.cgroups) {
        if (cgroup.path != "/" && is_left_over(seen, cgroup))
            all.add(cgroup.path);
    }
    Diagnosis leak;
    std::uint64_t count = 0;
    for (auto& group : all.largest(seen.tree.cgroups.size())) {
        if (group.count < a_leak)
            break;
        count += group.count;
        if (leak.groups.size() < most_groups)
            leak.groups.push_back(std::move(group));
    }
    if (leak.groups.empty())
        return;
    leak.numbers = {{"cgroups", count}, {"min_age_ms", seen.min_age_ns / ns_per_ms}};
    const auto age = seen.min_age_ns == 0 ? std::string()
                                          : fmt::format(", and were there {} ago",
                                                        format_duration_ns(seen.min_age_ns));
    leak.finding = {
        Severity::warning, "leftover-cgroups",
        fmt::format("{} cgroups have no process in them or below them{}: their maker seems to have "
                    "forgotten them. They are not zombies, and kmemcgd leaves them alone",
                    format_count(count), age),
        "see whether their maker still knows them (crictl ps -a, docker ps -a, systemctl status); "
        "restart or update it, or remove those that it does not know with rmdir, children first"};
    found.push_back(std::move(leak));
}

} // namespace kmemcgd
