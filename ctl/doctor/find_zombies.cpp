// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"
#include "doctor/findings.hpp"
#include "render/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// Fewer are on every host: the charge stock of each CPU holds one, journals some.
constexpr std::uint64_t worth_mentioning = 100;
// At the 75 kB that were reported for one on 32 CPUs (Gushchin, 2019), 750 MB.
constexpr std::uint64_t a_problem = 10'000;

std::optional<std::uint64_t> kernel_count(const Observation& seen) {
    if (!seen.tree_seen || seen.tree.cgroups.empty())
        return std::nullopt;
    if (seen.tree.version == 2)
        return seen.tree.cgroups.front().dying_below;
    // Directories that nobody counted would be taken for zombies.
    if (!seen.host.counted_memcgs || seen.tree.truncated || seen.tree.unreadable > 0)
        return std::nullopt;
    const auto directories = seen.tree.memcgs();
    return *seen.host.counted_memcgs - std::min(*seen.host.counted_memcgs, directories);
}

std::optional<std::uint64_t> module_count(const ModuleFacts& module) {
    if (!module.loaded())
        return std::nullopt;
    const auto listed = module.zombies ? module.zombies->size() : 0;
    return std::max<std::uint64_t>(listed, module.stats.left);
}

// By the path that each one had; without the module, by the parents that are left.
PathGroups makers(const Observation& seen) {
    PathGroups groups;
    if (seen.module.zombies && !seen.module.zombies->empty()) {
        for (const auto& memcg : *seen.module.zombies)
            groups.add(memcg.path);
        return groups;
    }
    const auto& cgroups = seen.tree.cgroups;
    std::vector<std::uint64_t> below(cgroups.size());
    for (std::size_t at = 1; at < cgroups.size(); ++at)
        below[cgroups[at].parent] += cgroups[at].dying_below.value_or(0);
    for (std::size_t at = 0; at < cgroups.size(); ++at) {
        const auto all = cgroups[at].dying_below.value_or(0);
        if (all > below[at])
            groups.add(cgroups[at].path, all - below[at], "/*");
    }
    return groups;
}

std::string workaround(const std::string& maker) {
    if (maker == "login")
        return "logins, and cron jobs where PAM opens a session for them: loginctl enable-linger "
               "USER keeps the user's slice and manager between them, their sessions still leave "
               "some";
    if (maker == "cron")
        return "cron jobs: fewer of them, or one service that stays, leave fewer";
    return {};
}

// By the daemon's own remedy, then what is known to help against the largest group.
std::string remedy(const Observation& seen, const std::vector<PathGroup>& groups) {
    std::string hint = seen.module.loaded()
                           ? "kmemcgctl zombies list names them; kmemcgctl zombies reap --wait "
                             "visits all of them now"
                           : "load kmemcgd, which frees them in the background: modprobe kmemcgd";
    for (const auto& group : groups) {
        if (const auto also = workaround(group.maker); !also.empty())
            return hint + "; " + also;
    }
    return hint;
}

Severity severity_of(const Observation& seen, std::uint64_t count) {
    if (count >= a_problem)
        return Severity::problem;
    const bool served =
        seen.module.loaded() && seen.module.config.at(KMEMCGD_A_CONFIG_ENABLED) != 0;
    return served ? Severity::note : Severity::warning;
}

} // namespace

std::optional<std::uint64_t> count_zombies(const Observation& seen) {
    return std::max(kernel_count(seen), module_count(seen.module)); // nothing is the smallest
}

void find_zombies(const Observation& seen, Diagnoses& found) {
    const auto count = count_zombies(seen).value_or(0);
    if (count < worth_mentioning)
        return;
    Diagnosis zombies;
    zombies.groups = makers(seen).largest(most_groups);
    zombies.numbers.emplace_back("zombies", count);
    if (const auto kernel = kernel_count(seen))
        zombies.numbers.emplace_back("kernel_count", *kernel);
    if (const auto module = module_count(seen.module))
        zombies.numbers.emplace_back("module_count", *module);
    for (std::uint32_t pin = 0; pin < seen.module.stats.left_by_pin.size(); ++pin) {
        if (const auto held = seen.module.stats.left_by_pin[pin]; held > 0)
            zombies.numbers.emplace_back("pin_" + pin_name(pin), held);
    }
    auto text = fmt::format("{} zombies: cgroups that were removed and are still in memory",
                            format_count(count));
    if (zombies.groups.empty())
        text += seen.module.loaded() ? "; who made them can't be seen by this user"
                                     : "; the module is needed to tell who made them";
    zombies.finding = {severity_of(seen, count), "zombies", text, remedy(seen, zombies.groups)};
    found.push_back(std::move(zombies));
}

} // namespace kmemcgd
