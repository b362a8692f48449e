// SPDX-License-Identifier: GPL-2.0-only
#include "policy/apply.hpp"

#include "commands/targets.hpp"
#include "policy/applied.hpp"

#include <algorithm>
#include <cerrno>

namespace kmemcgd {
namespace {

// Before anything is set: what is set and then not written down would stay for good.
Applied with_all_to_set(const Work& work) {
    auto applied = work.applied;
    for (const auto& step : work.plan.steps) {
        if (step.kind != Step::Kind::remove)
            applied.of(step.what).insert(step.id);
    }
    return applied;
}

Applied left_of(const Work& work, const Done& done) {
    Applied applied;
    const auto listed = [](const std::vector<const Step*>& steps, const Step& step) {
        return std::find(steps.begin(), steps.end(), &step) != steps.end();
    };
    for (const auto& step : work.plan.steps) {
        const bool ours = step.kind == Step::Kind::keep ||
                          (step.kind == Step::Kind::set && listed(done.steps, step)) ||
                          (step.kind == Step::Kind::remove && !listed(done.steps, step) &&
                           !listed(done.gone, step));
        if (ours)
            applied.of(step.what).insert(step.id);
    }
    return applied;
}

Status change(Client& client, const Step& step) {
    const auto status = [](const auto& answer) {
        return answer ? success() : Status(answer.error());
    };
    const bool set = step.kind == Step::Kind::set;
    if (step.what == What::watermark)
        return status(set ? client.set_policy(step.id, *step.rule->watermark)
                          : client.delete_policy(step.id));
    return status(set ? client.set_qos(step.id, *step.rule->qos) : client.delete_qos(step.id));
}

// A module from before there were classes will do for a file without any.
Result<std::vector<Qos>> present_classes(Client& client, const PolicyFile& file) {
    auto list = client.classes();
    if (list)
        return std::move(list->entries);
    const bool wanted = std::any_of(file.rules.begin(), file.rules.end(),
                                    [](const Rule& rule) { return rule.qos.has_value(); });
    if (list.error().fault == Fault::unsupported && !wanted)
        return std::vector<Qos>{};
    return list.error();
}

} // namespace

Result<Work> plan_work(Client& client, const PolicyFile& file, const HostCgroups& host,
                       const std::filesystem::path& applied_file) {
    Work work;
    const auto config = client.config();
    if (!config)
        return config.error();
    work.config = *config;
    auto policies = client.policies();
    if (!policies)
        return policies.error();
    auto classes = present_classes(client, file);
    if (!classes)
        return classes.error();
    auto applied = read_applied(applied_file);
    if (!applied)
        return applied.error();
    work.applied = std::move(*applied);
    work.plan = make_plan(
        file, host, {work.config, std::move(policies->entries), std::move(*classes)}, work.applied);
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
        const auto changed = change(client, step);
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
