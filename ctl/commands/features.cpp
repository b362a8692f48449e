// SPDX-License-Identifier: GPL-2.0-only
#include "commands/command.hpp"
#include "commands/options.hpp"
#include "render/table.hpp"

namespace kmemcgd {
namespace {

Outcome run_features(Context& context) {
    const auto client = context.connect();
    if (!client)
        return client.error();
    const auto& info = client->info();
    if (context.json()) {
        auto document = json_document();
        document["module"] = to_json(info);
        context.print_document(document);
        return exit_ok;
    }
    Table table({{"CAPABILITY", "capability"},
                 {"HERE", "present"},
                 {"REQUIRED", "required"},
                 {"PURPOSE", "purpose"},
                 {"WHY NOT", "reason"}});
    const auto yes_no = [](bool yes) { return Cell{yes ? "yes" : "no", yes ? "1" : "0"}; };
    for (const auto& capability : info.capabilities) {
        table.add({text_cell(capability.name), yes_no(capability.present),
                   yes_no(capability.required), text_cell(capability.purpose),
                   text_cell(capability.reason)});
    }
    table.print(context.out(), context.human(), context.paint());
    return exit_ok;
}

} // namespace

void add_features(Options& options, Context& context) {
    options.run(context, run_features);
}

} // namespace kmemcgd
