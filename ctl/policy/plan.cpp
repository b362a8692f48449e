// SPDX-License-Identifier: GPL-2.0-only
#include "policy/plan.hpp"

#include <algorithm>
#include <map>

namespace kmemcgd {
namespace {

struct Ruled {
    const Candidate* cgroup;
    const Rule* rule;
};

// How a kind of setting is found in a rule, and what the module has once it is set.
template <class T, class Change>
struct Part {
    What what;
    std::optional<Change> Rule::*wanted;
    T (*result)(const Candidate&, const Change&);
};

constexpr Part<WatermarkPolicy, WatermarkChange> watermarks{What::watermark, &Rule::watermark,
                                                            as_policy};
constexpr Part<Qos, QosChange> classes{What::qos, &Rule::qos, as_qos};

template <class T, class Change>
void add_steps(const Part<T, Change>& part, const std::vector<Ruled>& ruled,
               const std::vector<T>& present, const Ids& applied, Plan& plan) {
    std::map<std::uint64_t, const T*> now;
    for (const auto& entry : present) {
        const std::optional<std::uint64_t> id = entry.id;
        if (id) // or it is the host's default
            now.emplace(*id, &entry);
    }
    Ids decided;
    for (const auto& [cgroup, rule] : ruled) {
        const auto& wanted = rule->*part.wanted;
        if (!wanted && !rule->opt_out)
            continue;
        decided.insert(cgroup->id);
        const auto found = now.find(cgroup->id);
        const auto* before = found == now.end() ? nullptr : found->second;
        if (!wanted && before == nullptr)
            continue;
        Step step{Step::Kind::remove, part.what, cgroup->id, cgroup->path, rule, {}, {}};
        if (before != nullptr)
            step.before = *before;
        if (wanted) {
            const bool done = before != nullptr && same(*before, *wanted);
            step.kind = done ? Step::Kind::keep : Step::Kind::set;
            step.after = part.result(*cgroup, *wanted);
        }
        plan.steps.push_back(std::move(step));
    }
    for (const auto& [id, entry] : now) {
        if (applied.count(id) != 0 && decided.count(id) == 0)
            plan.steps.push_back(
                {Step::Kind::remove, part.what, id, entry->path, nullptr, *entry, {}});
    }
}

} // namespace

bool Plan::empty() const {
    return tunables.empty() && std::all_of(steps.begin(), steps.end(), [](const Step& step) {
               return step.kind == Step::Kind::keep;
           });
}

Plan make_plan(const PolicyFile& file, const HostCgroups& host, const Present& present,
               const Applied& applied) {
    Plan plan;
    for (const auto& change : file.tunables) {
        if (present.config.at(change.which) != change.value)
            plan.tunables.push_back(change);
    }
    std::vector<Ruled> ruled;
    std::set<const Rule*> used;
    for (const auto& cgroup : host.cgroups) {
        const auto* rule = rule_for(file.rules, cgroup, host.cgroup_version);
        if (rule == nullptr)
            continue;
        ruled.push_back({&cgroup, rule});
        used.insert(rule);
    }
    add_steps(watermarks, ruled, present.policies, applied.watermarks, plan);
    add_steps(classes, ruled, present.classes, applied.classes, plan);
    for (const auto& rule : file.rules) {
        if (used.count(&rule) == 0)
            plan.unused.push_back(&rule);
    }
    return plan;
}

} // namespace kmemcgd
