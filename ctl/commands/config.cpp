// SPDX-License-Identifier: GPL-2.0-only
#include "commands/command.hpp"
#include "commands/config_values.hpp"
#include "commands/options.hpp"
#include "render/table.hpp"

#include <memory>

namespace kmemcgd {
namespace {

void print_config(const Context& context, const Config& config) {
    if (context.json()) {
        auto document = json_document();
        document["config"] = to_json(config);
        context.print_document(document);
        return;
    }
    Table table({{"TUNABLE", "name"}, {"VALUE", "value", true}, {"MEANING", "meaning"}});
    for (const auto& field : config_fields()) {
        const auto value = config.at(field.attribute);
        table.add({text_cell(field.name),
                   {format_config_value(field, value), std::to_string(value)},
                   text_cell(field.what)});
    }
    table.print(context.out(), context.human(), context.paint());
}

Outcome run_show(Context& context) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto config = client->config();
    if (!config)
        return config.error();
    print_config(context, *config);
    return exit_ok;
}

Outcome run_set(Context& context, std::span<const std::string> words) {
    // Before connecting: a typo is a typo whether the module is loaded or not.
    const auto changes = parse_config_changes(words);
    if (!changes)
        return changes.error();
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto config = client->set_config(*changes);
    if (!config)
        return config.error();
    print_config(context, *config);
    return exit_ok;
}

} // namespace

void add_config(Options& options, Context& context) {
    options.run(context, run_show);
    options.subcommand("show", "show all tunables (the default)").run(context, run_show);

    auto set = options.subcommand("set", "set tunables: all of them, or none if one is bad");
    auto words = std::make_shared<std::vector<std::string>>();
    set.words("NAME=VALUE", *words, "such as cpu_cap=2.5% settle=30s enabled=off", true);
    set.run(context, [words](Context& at_run) { return run_set(at_run, *words); });
}

} // namespace kmemcgd
