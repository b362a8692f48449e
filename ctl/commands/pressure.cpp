// SPDX-License-Identifier: GPL-2.0-only
// Whether free memory is short, and what was taken from which class.
#include "client/names.hpp"
#include "commands/command.hpp"
#include "commands/options.hpp"
#include "commands/pressure_summary.hpp"
#include "render/table.hpp"
#include "render/units.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

void print_classes_of(const Context& context, const Pressure& pressure) {
    Table table({{"CLASS", "class"},
                 {"CGROUPS", "memcgs", true},
                 {"SLICES", "slices", true},
                 {"TAKEN", "reclaimed_bytes", true}});
    for (const auto& totals : pressure.classes)
        table.add({text_cell(class_name(totals.qos_class)), count_cell(totals.memcgs),
                   count_cell(totals.slices), bytes_cell(totals.reclaimed_bytes)});
    table.print(context.out(), true, context.paint());
}

void print(const Context& context, const Pressure& pressure, std::uint32_t page_size_bytes) {
    if (context.human())
        context.out() << summary_line(pressure) << "\n\n";
    Table table({{"PRESSURE", "name"}, {"VALUE", "value", true}, {"MEANING", "meaning"}});
    table.add({text_cell("state"), text_cell(pressure_state_name(pressure.state)),
               text_cell("whether free memory is short, and what is done")});
    table.add({text_cell("node"), text_cell(std::to_string(pressure.node)),
               text_cell("the NUMA node that is nearest to its threshold")});
    for (const auto& field : pressure_fields())
        table.add({text_cell(field.name),
                   measured_cell(pressure.*(field.member), field.measure, page_size_bytes),
                   text_cell(field.what)});
    if (!context.human()) {
        for (const auto& totals : pressure.classes) {
            const auto name = class_name(totals.qos_class);
            table.add({text_cell(fmt::format("{}.memcgs", name)), count_cell(totals.memcgs),
                       text_cell("how many have it now")});
            for (const auto& field : class_fields())
                table.add({text_cell(fmt::format("{}.{}", name, field.name)),
                           measured_cell(totals.*(field.member), field.measure, page_size_bytes),
                           text_cell(field.what)});
        }
    }
    table.print(context.out(), context.human(), context.paint());
    if (context.human() && !pressure.classes.empty()) {
        context.out() << '\n';
        print_classes_of(context, pressure);
    }
}

Outcome run_pressure(Context& context) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto pressure = client->pressure();
    if (!pressure)
        return pressure.error();
    if (context.json()) {
        auto document = json_document();
        document["pressure"] = to_json(*pressure);
        context.print_document(document);
    } else {
        print(context, *pressure, client->info().page_size_bytes);
    }
    return exit_ok;
}

} // namespace

void add_pressure(Options& options, Context& context) {
    options.run(context, run_pressure);
}

} // namespace kmemcgd
