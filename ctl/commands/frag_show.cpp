// SPDX-License-Identifier: GPL-2.0-only
// "frag show": which blocks are free, which orders would fail now, and why.
#include "commands/command.hpp"
#include "commands/frag_types.hpp"
#include "commands/options.hpp"
#include "commands/wait.hpp"
#include "frag/goal.hpp"
#include "frag/observe.hpp"
#include "host/page_size.hpp"
#include "render/duration_range.hpp"
#include "render/table.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct FragShowOptions {
    std::optional<std::uint32_t> order;
    std::string interval = "0s";
    bool types = false;
};

// What happened within the interval; nothing without one.
struct Rates {
    double seconds = 0;
    double direct_reclaims = 0;
    double stalls = 0;
};

constexpr DurationRange intervals{0, 3600 * ns_per_s, "0 to 1h"};
// By the share of free memory: none, some, ... most.
constexpr std::string_view heat = " .:-=+*#%@";

std::string_view source_text(IndexFrom from) {
    return from == IndexFrom::debugfs ? "the kernel's (debugfs)" : "computed from the free blocks";
}

// A character for each order: how much of the free memory is in blocks of it.
std::string heat_of(const ZoneView& zone) {
    std::string strip;
    for (const auto& view : zone.orders) {
        const auto pages = view.blocks << view.order;
        const auto steps = heat.size() - 1;
        auto step = zone.free_pages == 0 ? 0 : pages * steps / zone.free_pages;
        if (pages > 0 && step == 0)
            step = 1;
        strip += heat.at(std::min<std::size_t>(step, steps));
    }
    return strip;
}

std::string verdict_line(const ZoneView& zone) {
    const auto name = fmt::format("node {}, zone {}", zone.node, printable(zone.zone));
    const auto failing = first_failing(zone.orders);
    if (!failing)
        return fmt::format("{}: every order can be had", name);
    const auto size = format_bytes(page_bytes() << failing->order);
    if (failing->verdict == Verdict::shortage)
        return fmt::format("{}: order {} ({}) and above would fail for lack of memory: {} are free",
                           name, failing->order, size,
                           format_bytes(zone.free_pages * page_bytes()));
    return fmt::format("{}: order {} ({}) and above would fail, fragmented: {} are free, in "
                       "smaller blocks",
                       name, failing->order, size, format_bytes(zone.free_pages * page_bytes()));
}

void print_zones(const Context& context, const FragView& view) {
    Table table({{"NODE", "node", true},
                 {"ZONE", "zone"},
                 {"FREE", "free_bytes", true},
                 {"LARGEST", "largest_order", true},
                 {fmt::format("ORDERS 0-{}", view.zones.front().orders.size() - 1), "heat"}});
    for (const auto& zone : view.zones) {
        std::optional<std::uint32_t> largest;
        for (const auto& order : zone.orders) {
            if (order.blocks > 0)
                largest = order.order;
        }
        table.add({count_cell(zone.node), text_cell(zone.zone),
                   bytes_cell(zone.free_pages * page_bytes()),
                   largest ? count_cell(*largest) : empty_cell(),
                   text_cell("[" + heat_of(zone) + "]")});
    }
    table.print(context.out(), true, context.paint());
    context.out() << '\n';
    for (const auto& zone : view.zones)
        context.out() << verdict_line(zone) << '\n';
}

void print_orders(const Context& context, const FragView& view, std::optional<std::uint32_t> only) {
    Table table({{"NODE", "node", true},
                 {"ZONE", "zone"},
                 {"ORDER", "order", true},
                 {"SIZE", "size_bytes", true},
                 {"BLOCKS", "blocks", true},
                 {"UNUSABLE", "unusable_permille", true},
                 {"INDEX", "index_permille", true},
                 {"VERDICT", "verdict"}});
    for (const auto& zone : view.zones) {
        for (const auto& order : zone.orders) {
            if (only && order.order != *only)
                continue;
            table.add({count_cell(zone.node), text_cell(zone.zone), count_cell(order.order),
                       bytes_cell(page_bytes() << order.order), count_cell(order.blocks),
                       Cell{format_permille(order.unusable_permille),
                            std::to_string(order.unusable_permille)},
                       order.index_permille
                           ? Cell{fmt::format("{:.3f}", *order.index_permille / 1000.0),
                                  std::to_string(*order.index_permille)}
                           : empty_cell(),
                       text_cell(verdict_name(order.verdict))});
        }
    }
    table.print(context.out(), context.human(), context.paint());
}

// Of the table that has them.
void print_sources(const Context& context, const FragView& view) {
    context.out() << fmt::format("\nUNUSABLE: {}; INDEX: {}; the verdict is by the free blocks\n",
                                 source_text(view.unusable_from), source_text(view.index_from));
}

void print_counters(const Context& context, const FragView& view,
                    const std::optional<Rates>& rates) {
    const auto& counters = view.counters;
    auto line =
        fmt::format("\nsince boot: {} direct reclaims", format_count(counters.direct_reclaims));
    if (counters.compaction)
        line += fmt::format(", {} direct compactions, {} of them in vain",
                            format_count(counters.compaction->stalls),
                            format_count(counters.compaction->failures));
    if (rates)
        line += fmt::format("\nin the last {:.1f} s: {:.1f} direct reclaims and {:.1f} direct "
                            "compactions a second",
                            rates->seconds, rates->direct_reclaims, rates->stalls);
    context.out() << line << '\n';
}

Json zone_json(const ZoneView& zone, std::optional<std::uint32_t> only) {
    auto orders = Json::array();
    for (const auto& order : zone.orders) {
        if (only && order.order != *only)
            continue;
        orders.push_back({{"order", order.order},
                          {"size_bytes", page_bytes() << order.order},
                          {"blocks", order.blocks},
                          {"unusable_permille", order.unusable_permille},
                          {"index_permille", or_null(order.index_permille)},
                          {"verdict", verdict_name(order.verdict)}});
    }
    return {{"node", zone.node},
            {"zone", zone.zone},
            {"free_bytes", zone.free_pages * page_bytes()},
            {"orders", std::move(orders)}};
}

void print_json(const Context& context, const FragView& view, const FragShowOptions& options,
                const std::optional<Rates>& rates, const std::optional<Result<PageTypes>>& types) {
    auto document = json_document();
    auto& zones = document["zones"] = Json::array();
    for (const auto& zone : view.zones)
        zones.push_back(zone_json(zone, options.order));
    document["unusable_from"] = source_name(view.unusable_from);
    document["index_from"] = source_name(view.index_from);
    if (types)
        add_types(document, *types, page_bytes());
    const auto& counters = view.counters;
    document["direct_reclaims"] = counters.direct_reclaims;
    document["compaction"] = counters.compaction
                                 ? Json{{"stalls", counters.compaction->stalls},
                                        {"failures", counters.compaction->failures},
                                        {"successes", counters.compaction->successes}}
                                 : Json(nullptr);
    document["rates"] = rates ? Json{{"seconds", rates->seconds},
                                     {"direct_reclaims_per_s", rates->direct_reclaims},
                                     {"compaction_stalls_per_s", rates->stalls}}
                              : Json(nullptr);
    context.print_document(document);
}

// A program that asks for the types gets those, and no other table before it.
void print(const Context& context, const FragView& view, const FragShowOptions& options,
           const std::optional<Rates>& rates, const std::optional<Result<PageTypes>>& types) {
    if (!context.human()) {
        if (types)
            print_types(context, *types, options.order, page_bytes());
        else
            print_orders(context, view, options.order);
        return;
    }
    if (options.order) {
        print_orders(context, view, options.order);
        print_sources(context, view);
    } else {
        print_zones(context, view);
    }
    if (types) {
        context.out() << std::endl;
        print_types(context, *types, options.order, page_bytes());
    }
    print_counters(context, view, rates);
}

double per_second(std::uint64_t before, std::uint64_t now, double seconds) {
    return now > before && seconds > 0 ? static_cast<double>(now - before) / seconds : 0;
}

Result<Rates> measure(const Context& context, const FragCounters& before,
                      std::chrono::nanoseconds interval) {
    const auto begin = context.now();
    if (auto waited = wait_until(context, begin + interval); !waited)
        return waited.error();
    const auto now = read_frag_counters(context.world->host_root);
    if (!now)
        return now.error();
    const auto seconds = std::chrono::duration<double>(context.now() - begin).count();
    return Rates{seconds, per_second(before.direct_reclaims, now->direct_reclaims, seconds),
                 before.compaction && now->compaction
                     ? per_second(before.compaction->stalls, now->compaction->stalls, seconds)
                     : 0};
}

Outcome run_frag_show(Context& context, const FragShowOptions& options) {
    const auto interval = parse_duration_within(options.interval, intervals);
    if (!interval)
        return about("--interval", interval.error());
    const auto view = observe_fragmentation(context.world->host_root);
    if (!view)
        return view.error();
    if (options.order) {
        if (const auto good = check_order(*options.order, view->zones.front().orders.size()); !good)
            return good.error();
    }
    std::optional<Rates> rates;
    if (interval->count() > 0) {
        const auto measured = measure(context, view->counters, *interval);
        if (!measured)
            return measured.error();
        rates = *measured;
    }
    std::optional<Result<PageTypes>> types;
    if (options.types)
        types = read_pagetypeinfo(context.world->host_root);
    if (context.json())
        print_json(context, *view, options, rates, types);
    else
        print(context, *view, options, rates, types);
    return exit_ok;
}

} // namespace

void add_frag_show(Options& frag, Context& context) {
    frag.run(context, [](Context& at_run) { return run_frag_show(at_run, {}); });
    auto show =
        frag.subcommand("show", "free blocks, and which orders would fail now (the default)");
    auto wanted = std::make_shared<FragShowOptions>();
    show.number("--order", wanted->order, "only blocks of 2^N pages");
    show.text("--interval", wanted->interval, "DURATION",
              "how often tasks had to reclaim and compact within it, as well");
    show.flag("--types", wanted->types, "by migrate type, as well (root only)");
    show.run(context, [wanted](Context& at_run) { return run_frag_show(at_run, *wanted); });
}

} // namespace kmemcgd
