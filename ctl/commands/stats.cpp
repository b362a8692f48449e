// SPDX-License-Identifier: GPL-2.0-only
#include "client/codec.hpp"
#include "client/names.hpp"
#include "commands/command.hpp"
#include "commands/options.hpp"
#include "render/histogram.hpp"
#include "render/table.hpp"

#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

void add_pass(Table& table, const Pass& pass, std::uint32_t page_size_bytes) {
    table.add({text_cell("last_pass.id"), count_cell(pass.id), text_cell("the last pass")});
    table.add({text_cell("last_pass.reason"), text_cell(reason_name(pass.reason)),
               text_cell("why it was started")});
    for (const auto& field : pass_fields())
        table.add({text_cell(fmt::format("last_pass.{}", field.name)),
                   measured_cell(pass.*(field.member), field.measure, page_size_bytes),
                   text_cell(field.what)});
}

void add_percentiles(Table& table, std::string_view name, const Histogram& histogram) {
    for (const unsigned percent : {50U, 95U, 99U}) {
        const auto bound = percentile_bound_ns(histogram, percent);
        table.add({text_cell(fmt::format("{}.p{}_below_ns", name, percent)),
                   {format_percentile(histogram, percent), bound ? std::to_string(*bound) : "-"},
                   text_cell(fmt::format("{} % stayed below", percent))});
    }
}

void print_stats(const Context& context, const Stats& stats, std::uint32_t page_size_bytes) {
    Table table({{"COUNTER", "name"}, {"VALUE", "value", true}, {"MEANING", "meaning"}});
    for (const auto& field : stats_fields())
        table.add({text_cell(field.name),
                   measured_cell(stats.*(field.member), field.measure, page_size_bytes),
                   text_cell(field.what)});
    for (std::uint32_t pin = 0; pin < stats.left_by_pin.size(); ++pin)
        table.add({text_cell(fmt::format("left_by_pin.{}", pin_name(pin))),
                   count_cell(stats.left_by_pin[pin]), text_cell("zombies left with that pin")});
    const auto add_pages = [&](const char* name, const auto& pages, const char* what) {
        if (pages)
            table.add({text_cell(name), measured_cell(*pages, Measure::pages, page_size_bytes),
                       text_cell(what)});
    };
    add_pages("zombie_pages", stats.zombie_pages, "of the pages, those of zombies");
    add_pages("watermark_pages", stats.watermark_pages, "likewise, for watermarks");
    add_pages("node_pages", stats.node_pages, "likewise, of a tight node");
    if (stats.running_pass)
        table.add({text_cell("running_pass"), count_cell(*stats.running_pass),
                   text_cell("the pass that is running")});
    if (stats.last_pass)
        add_pass(table, *stats.last_pass, page_size_bytes);
    if (!context.human()) {
        add_percentiles(table, "slice_hist", stats.slice_hist);
        add_percentiles(table, "resched_hist", stats.resched_hist);
    }
    table.print(context.out(), context.human(), context.paint());
    if (!context.human())
        return;
    context.out() << '\n';
    print_bars(context.out(), "slice time", stats.slice_hist, context.world->columns,
               context.paint());
    context.out() << '\n';
    print_bars(context.out(), "time between two chances to reschedule", stats.resched_hist,
               context.world->columns, context.paint());
}

Outcome run_stats(Context& context, bool reset) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto stats = reset ? client->reset_stats() : client->stats();
    if (!stats)
        return stats.error();
    if (context.json()) {
        auto document = json_document();
        document["reset"] = reset;
        document["stats"] = to_json(*stats);
        context.print_document(document);
    } else {
        print_stats(context, *stats, client->info().page_size_bytes);
    }
    return exit_ok;
}

} // namespace

void add_stats(Options& options, Context& context) {
    auto reset = std::make_shared<bool>(false);
    options.flag("--reset", *reset, "show the counters, then set them to zero");
    options.run(context, [reset](Context& at_run) { return run_stats(at_run, *reset); });
}

} // namespace kmemcgd
