// SPDX-License-Identifier: GPL-2.0-only
#include "policy/apply.hpp"

#include "commands/targets.hpp"
#include "policy/applied.hpp"

#include <algorithm>
#include <cerrno>

namespace kmemcgd {
namespace {

// Before anything is set: what is set and then not written down would stay for good.
Ids with_all_to_set(const Work& work) {
    auto ids = work.applied;
    for (const auto& step : work.plan.steps) {
        if (step.kind != Step::Kind::remove)
            ids.insert(step.id);
    }
    return ids;
}

Ids left_of(const Work& work, const Done& done) {
    Ids ids;
    const auto listed = [](const std::vector<const Step*>& steps, const Step& step) {
        return std::find(steps.begin(), steps.end(), &step) != steps.end();
    };
    for (const auto& step : work.plan.steps) {
        const bool ours = step.kind == Step::Kind::keep ||
                          (step.kind == Step::Kind::set && listed(done.steps, step)) ||
                          (step.kind == Step::Kind::remove && !listed(done.steps, step) &&
                           !listed(done.gone, step));
        if (ours)
            ids.insert(step.id);
    }
    return ids;
}

} // namespace

Result<Work> plan_work(Client& client, const PolicyFile& file, const HostCgroups& host,
                       const std::filesystem::path& applied_file) {
    Work work;
    const auto config = client.config();
    if (!config)
        return config.error();
    work.config = *config;
    const auto policies = client.policies();
    if (!policies)
        return policies.error();
    auto applied = read_applied(applied_file);
    if (!applied)
        return applied.error();
    work.applied = std::move(*applied);
    work.plan = make_plan(file, host, work.config, policies->entries, work.applied);
    return work;
}

Result<Done> carry_out(Client& client, const Work& work,
                       const std::filesystem::path& applied_file) {
    if (auto written = write_applied(applied_file, with_all_to_set(work)); !written)
        return written.error();
    if (!work.plan.tunables.empty()) {
        if (const auto set = client.set_config(work.plan.tunables); !set)
            return set.error();
    }
    Done done;
    for (const auto& step : work.plan.steps) {
        if (step.kind == Step::Kind::keep)
            continue;
        const auto changed = step.kind == Step::Kind::set
                                 ? client.set_policy(step.id, step.rule->watermark)
                                 : client.delete_policy(step.id);
        if (changed)
            done.steps.push_back(&step);
        else if (concerns_all(changed.error()))
            return changed.error();
        else if (changed.error().error_number == ENOENT)
            done.gone.push_back(&step);
        else
            done.failures.push_back({&step, changed.error()});
    }
    if (auto written = write_applied(applied_file, left_of(work, done)); !written)
        return written.error();
    return done;
}

} // namespace kmemcgd
