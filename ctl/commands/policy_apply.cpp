// SPDX-License-Identifier: GPL-2.0-only
// "policy diff" and "policy apply": the same plan, printed or carried out.
#include "commands/config_values.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"
#include "commands/targets.hpp"
#include "policy/applied.hpp"
#include "policy/plan.hpp"
#include "render/table.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct Work {
    PolicyFile file;
    Plan plan;
    Config config;
    Ids applied;
};

struct Done {
    std::vector<const Step*> steps; // set or removed
    std::vector<const Step*> gone;  // cgroups that went meanwhile
    std::vector<Failure> failures;
};

Result<Work> prepare(Context& context, Client& client, const PolicyOptions& options) {
    Work work;
    auto file = options.read(context);
    if (!file)
        return file.error();
    work.file = std::move(*file);
    const auto host = scan(context);
    if (!host)
        return host.error();
    const auto config = client.config();
    if (!config)
        return config.error();
    work.config = *config;
    const auto policies = client.policies();
    if (!policies)
        return policies.error();
    auto applied = read_applied(context.world->applied_file);
    if (!applied)
        return applied.error();
    work.applied = std::move(*applied);
    work.plan = make_plan(work.file, *host, work.config, policies->entries, work.applied);
    return work;
}

std::string_view action_name(const Step& step) {
    switch (step.kind) {
    case Step::Kind::keep:
        return "keep";
    case Step::Kind::set:
        return "set";
    case Step::Kind::remove:
        break;
    }
    return "remove";
}

std::optional<WatermarkPolicy> after(const Step& step) {
    if (step.rule == nullptr)
        return std::nullopt;
    return as_policy({step.id, step.path, {}}, step.rule->watermark);
}

Json policy_json(const std::optional<WatermarkPolicy>& policy) {
    return policy ? to_json(*policy) : Json(nullptr);
}

Json step_json(const Step& step) {
    return {{"action", action_name(step)},
            {"id", step.id},
            {"path", step.path},
            {"policy", step.rule != nullptr ? Json(step.rule->name) : Json(nullptr)},
            {"before", policy_json(step.before)},
            {"after", policy_json(after(step))}};
}

Json as_json(const Work& work, const std::vector<Failure>& failures,
             const std::vector<const Step*>& gone) {
    auto document = json_document();
    auto& tunables = document["tunables"] = Json::array();
    for (const auto& change : work.plan.tunables)
        tunables.push_back(
            {{"name", find_config_field(static_cast<std::uint16_t>(change.which))->name},
             {"before", work.config.at(change.which)},
             {"after", change.value}});
    auto& steps = document["steps"] = Json::array();
    for (const auto& step : work.plan.steps) {
        if (step.kind != Step::Kind::keep)
            steps.push_back(step_json(step));
    }
    document["unused"] = to_json(work.plan.unused);
    auto& vanished = document["gone"] = Json::array();
    for (const auto* step : gone)
        vanished.push_back(step->path);
    document["failures"] = to_json(failures);
    return document;
}

std::string change_text(const Step& step) {
    const auto before = step.before ? watermark_text(*step.before) : std::string("none");
    const auto wanted = after(step);
    return fmt::format("{} -> {}", before, wanted ? watermark_text(*wanted) : "none");
}

void print(const Context& context, const Work& work) {
    if (work.plan.empty()) {
        if (context.human())
            context.out() << "nothing to change\n";
        return;
    }
    Table table(
        {{"ACTION", "action"}, {"WHAT", "what"}, {"POLICY", "policy"}, {"CHANGE", "change"}});
    for (const auto& change : work.plan.tunables) {
        const auto& field = *find_config_field(static_cast<std::uint16_t>(change.which));
        table.add({text_cell("set"), text_cell(field.name), text_cell("-"),
                   text_cell(fmt::format("{} -> {}",
                                         format_config_value(field, work.config.at(change.which)),
                                         format_config_value(field, change.value)))});
    }
    for (const auto& step : work.plan.steps) {
        if (step.kind != Step::Kind::keep)
            table.add({text_cell(action_name(step)), text_cell(step.path),
                       text_cell(step.rule != nullptr ? step.rule->name : "-"),
                       text_cell(change_text(step))});
    }
    table.print(context.out(), context.human(), context.paint());
}

Outcome run_diff(Context& context, const PolicyOptions& options) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto work = prepare(context, *client, options);
    if (!work)
        return work.error();
    if (context.json())
        context.print_document(as_json(*work, {}, {}));
    else
        print(context, *work);
    return exit_ok;
}

// An error that concerns all ends it.
Result<Done> carry_out(Client& client, const Plan& plan) {
    Done done;
    for (const auto& step : plan.steps) {
        if (step.kind == Step::Kind::keep)
            continue;
        const auto changed = step.kind == Step::Kind::set
                                 ? client.set_policy(step.id, step.rule->watermark)
                                 : client.delete_policy(step.id);
        if (changed) {
            done.steps.push_back(&step);
            continue;
        }
        const auto& error = changed.error();
        if (concerns_all(error))
            return error;
        if (error.error_number == ENOENT) {
            done.gone.push_back(&step);
            continue;
        }
        Failure failure{step.path, error};
        failure.error.message = fmt::format("{}: {}", printable(step.path), error.message);
        done.failures.push_back(std::move(failure));
    }
    return done;
}

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

Outcome run_apply(Context& context, const PolicyOptions& options) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto work = prepare(context, *client, options);
    if (!work)
        return work.error();
    const auto& state = context.world->applied_file;
    if (auto written = write_applied(state, with_all_to_set(*work)); !written)
        return written.error();
    if (!work->plan.tunables.empty()) {
        if (const auto set = client->set_config(work->plan.tunables); !set)
            return set.error();
    }
    const auto done = carry_out(*client, work->plan);
    if (!done)
        return done.error();
    if (auto written = write_applied(state, left_of(*work, *done)); !written)
        return written.error();
    if (context.json())
        context.print_document(as_json(*work, done->failures, done->gone));
    else
        print(context, *work);
    return conclude(context, done->failures, !done->steps.empty());
}

} // namespace

void add_policy_apply(Options& policy, Context& context) {
    auto diff = policy.subcommand("diff", "what \"policy apply\" would change");
    auto to_compare = std::make_shared<PolicyOptions>();
    to_compare->declare(diff);
    diff.run(context, [to_compare](Context& at_run) { return run_diff(at_run, *to_compare); });

    auto apply = policy.subcommand("apply", "have the module do what the policy file says");
    auto to_apply = std::make_shared<PolicyOptions>();
    to_apply->declare(apply);
    apply.run(context, [to_apply](Context& at_run) { return run_apply(at_run, *to_apply); });
}

} // namespace kmemcgd
