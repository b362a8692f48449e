// SPDX-License-Identifier: GPL-2.0-only
#include "commands/config_values.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"
#include "render/table.hpp"
#include "render/units.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// How many cgroups fall under each rule; nothing where the hierarchy can't be read.
std::vector<std::optional<std::uint64_t>> count_each(const Context& context,
                                                     const PolicyFile& file) {
    std::vector<std::optional<std::uint64_t>> counts(file.rules.size());
    const auto host = scan(context);
    if (!host)
        return counts;
    for (auto& count : counts)
        count = 0;
    for (const auto& cgroup : host->cgroups) {
        const auto* rule = rule_for(file.rules, cgroup, host->cgroup_version);
        if (rule != nullptr)
            ++*counts[static_cast<std::size_t>(rule - file.rules.data())];
    }
    return counts;
}

std::string condition_text(const Rule& rule) {
    std::string text;
    const auto add = [&text](const std::string& part) {
        text += text.empty() ? part : ", " + part;
    };
    if (rule.cgroup_version)
        add(fmt::format("cgroup v{}", *rule.cgroup_version));
    if (rule.limit_min_bytes)
        add("from " + format_bytes(*rule.limit_min_bytes));
    if (rule.limit_max_bytes)
        add("up to " + format_bytes(*rule.limit_max_bytes));
    return text.empty() ? "-" : text;
}

Json tunable_json(const ConfigChange& change) {
    return {{"name", config_field(change.which).name}, {"value", change.value}};
}

void print(const Context& context, const PolicyFile& file,
           const std::vector<std::optional<std::uint64_t>>& counts) {
    for (const auto& change : file.tunables) {
        const auto& field = config_field(change.which);
        if (context.human())
            context.out() << fmt::format("{} = {}\n", field.name,
                                         format_config_value(field, change.value));
    }
    if (context.human() && file.fragmentation)
        context.out() << "fragmentation: " << fragmentation_text(*file.fragmentation) << '\n';
    const bool above = !file.tunables.empty() || file.fragmentation;
    if (context.human() && above && !file.rules.empty())
        context.out() << '\n';
    Table table({{"POLICY", "policy"},
                 {"WATERMARK", "watermark"},
                 {"CLASS", "qos"},
                 {"CGROUPS", "cgroups", true},
                 {"ONLY", "only"},
                 {"ORIGIN", "origin"},
                 {"MATCH", "match"}});
    for (std::size_t i = 0; i < file.rules.size(); ++i) {
        const auto& rule = file.rules[i];
        table.add({text_cell(rule.name), text_cell(effect_text(rule, What::watermark)),
                   text_cell(effect_text(rule, What::qos)),
                   counts[i] ? count_cell(*counts[i]) : empty_cell(),
                   text_cell(condition_text(rule)), text_cell(rule.origin),
                   text_cell(fmt::format("{}", fmt::join(rule.globs, " ")))});
    }
    table.print(context.out(), context.human(), context.paint());
}

Outcome run_show(Context& context, const PolicyOptions& options) {
    const auto file = options.read(context);
    if (!file)
        return file.error();
    const auto counts = count_each(context, *file);
    if (!context.json()) {
        print(context, *file, counts);
        return exit_ok;
    }
    auto document = json_document();
    auto& tunables = document["tunables"] = Json::array();
    for (const auto& change : file->tunables)
        tunables.push_back(tunable_json(change));
    document["fragmentation"] = file->fragmentation ? to_json(*file->fragmentation) : Json(nullptr);
    auto& rules = document["policies"] = Json::array();
    for (std::size_t i = 0; i < file->rules.size(); ++i) {
        auto rule = to_json(file->rules[i]);
        rule["cgroups"] = or_null(counts[i]);
        rules.push_back(std::move(rule));
    }
    context.print_document(document);
    return exit_ok;
}

} // namespace

void add_policy_show(Options& policy, Context& context) {
    auto show = policy.subcommand("show", "the policies in their order, presets included");
    auto wanted = std::make_shared<PolicyOptions>();
    wanted->declare(show);
    show.run(context, [wanted](Context& at_run) { return run_show(at_run, *wanted); });
}

} // namespace kmemcgd
