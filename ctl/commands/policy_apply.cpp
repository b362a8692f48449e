// SPDX-License-Identifier: GPL-2.0-only
// "policy diff" and "policy apply": the same plan, printed or carried out.
#include "commands/config_values.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"
#include "commands/targets.hpp"
#include "policy/apply.hpp"
#include "render/table.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// The file outlives the plan, which refers to it.
struct Prepared {
    Client client;
    std::unique_ptr<PolicyFile> file;
    Work work;
};

Result<Prepared> prepare(Context& context, const PolicyOptions& options) {
    auto client = context.connect();
    if (!client)
        return client.error();
    auto file = options.read(context);
    if (!file)
        return file.error();
    Prepared prepared{std::move(*client), std::make_unique<PolicyFile>(std::move(*file)), {}};
    const auto host = scan(context);
    if (!host)
        return host.error();
    auto work = plan_work(prepared.client, *prepared.file, *host, context.world->applied_file);
    if (!work)
        return work.error();
    prepared.work = std::move(*work);
    return prepared;
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

Json setting_json(const std::optional<Setting>& setting) {
    return setting ? to_json(*setting) : Json(nullptr);
}

Json step_json(const Step& step) {
    return {{"action", action_name(step)},
            {"what", step.what == What::qos ? "qos" : "watermark"},
            {"id", step.id},
            {"path", step.path},
            {"policy", step.rule != nullptr ? Json(step.rule->name) : Json(nullptr)},
            {"before", setting_json(step.before)},
            {"after", setting_json(step.after)}};
}

Json as_json(const Work& work, const std::vector<Failure>& failures,
             const std::vector<const Step*>& gone) {
    auto document = json_document();
    auto& tunables = document["tunables"] = Json::array();
    for (const auto& change : work.plan.tunables)
        tunables.push_back({{"name", config_field(change.which).name},
                            {"before", work.config.at(change.which)},
                            {"after", change.value}});
    auto& steps = document["steps"] = Json::array();
    for (const auto& step : work.plan.steps) {
        if (step.kind != Step::Kind::keep)
            steps.push_back(step_json(step));
    }
    document["unused"] = to_json(work.plan.unused);
    auto& vanished = document["gone"] = Json::array();
    for (const auto* step : gone) {
        // Once, even if a watermark and a class were to be set.
        if (std::find(vanished.begin(), vanished.end(), step->path) == vanished.end())
            vanished.push_back(step->path);
    }
    document["failures"] = to_json(failures);
    return document;
}

std::string change_text(const Step& step) {
    const auto text = [](const std::optional<Setting>& setting) {
        return setting ? setting_text(*setting) : std::string("none");
    };
    return fmt::format("{} -> {}", text(step.before), text(step.after));
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
        const auto& field = config_field(change.which);
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
    const auto prepared = prepare(context, options);
    if (!prepared)
        return prepared.error();
    if (context.json())
        context.print_document(as_json(prepared->work, {}, {}));
    else
        print(context, prepared->work);
    return exit_ok;
}

Outcome run_apply(Context& context, const PolicyOptions& options) {
    auto prepared = prepare(context, options);
    if (!prepared)
        return prepared.error();
    const auto& work = prepared->work;
    const auto done = carry_out(prepared->client, work, context.world->applied_file);
    if (!done)
        return done.error();
    std::vector<Failure> failures;
    for (const auto& [step, error] : done->failures) {
        failures.push_back({step->path, error});
        failures.back().error.message = fmt::format("{}: {}", step->path, error.message);
    }
    if (context.json())
        context.print_document(as_json(work, failures, done->gone));
    else
        print(context, work);
    return conclude(context, failures, !done->steps.empty());
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
