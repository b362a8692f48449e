// SPDX-License-Identifier: GPL-2.0-only
#include "policy/plan.hpp"

#include <algorithm>
#include <map>

namespace kmemcgd {
namespace {

using Policies = std::map<std::uint64_t, WatermarkPolicy>;

std::optional<WatermarkPolicy> find(const Policies& policies, std::uint64_t id) {
    const auto found = policies.find(id);
    return found == policies.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

bool Plan::empty() const {
    return tunables.empty() && std::all_of(steps.begin(), steps.end(), [](const Step& step) {
               return step.kind == Step::Kind::keep;
           });
}

Plan make_plan(const PolicyFile& file, const HostCgroups& host, const Config& config,
               std::span<const WatermarkPolicy> policies, const Ids& applied) {
    Plan plan;
    for (const auto& change : file.tunables) {
        if (config.at(change.which) != change.value)
            plan.tunables.push_back(change);
    }
    Policies present;
    for (const auto& policy : policies) {
        if (policy.id)
            present.emplace(*policy.id, policy);
    }
    std::set<const Rule*> used;
    Ids ruled;
    for (const auto& cgroup : host.cgroups) {
        const auto* rule = rule_for(file.rules, cgroup, host.cgroup_version);
        if (rule == nullptr)
            continue;
        used.insert(rule);
        ruled.insert(cgroup.id);
        auto before = find(present, cgroup.id);
        const bool done = before && same(*before, rule->watermark);
        plan.steps.push_back({done ? Step::Kind::keep : Step::Kind::set, cgroup.id, cgroup.path,
                              rule, std::move(before)});
    }
    for (const auto& [id, policy] : present) {
        if (applied.count(id) != 0 && ruled.count(id) == 0)
            plan.steps.push_back({Step::Kind::remove, id, policy.path, nullptr, policy});
    }
    for (const auto& rule : file.rules) {
        if (used.count(&rule) == 0)
            plan.unused.push_back(&rule);
    }
    return plan;
}

} // namespace kmemcgd
