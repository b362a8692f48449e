// SPDX-License-Identifier: GPL-2.0-only
// "frag relieve": large blocks, without stalling the host. frag/relief.hpp does it.
#include "client/mnl_transport.hpp"
#include "commands/goal_options.hpp"
#include "commands/wait.hpp"
#include "doctor/text_file.hpp"
#include "frag/relief.hpp"
#include "frag/short_slices.hpp"
#include "host/page_size.hpp"
#include "render/duration_range.hpp"
#include "render/table.hpp"

#include <memory>
#include <thread>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct RelieveOptions {
    GoalOptions goal;
    bool dry_run = false;
    std::string timeout;
    std::string psi_limit;
    std::string load_limit;
};

constexpr DurationRange timeouts{1, 3600 * ns_per_s, "more than 0, up to 1h"};

// Above 0; nothing where it is something else.
std::optional<double> parse_positive(std::string_view text) {
    const auto number = take_decimal(text);
    return text.empty() && number > 0.0 ? number : std::nullopt;
}

Result<double> parse_load(const std::string& text) {
    if (const auto load = parse_positive(text))
        return *load;
    return usage_error(
        fmt::format("--load-limit: expected a number above 0, such as 1.5, not \"{}\"", text));
}

Result<double> parse_psi(std::string_view text) {
    auto number = text;
    if (number.ends_with('%'))
        number.remove_suffix(1);
    const auto percent = parse_positive(number);
    if (percent && *percent <= 100)
        return *percent;
    return usage_error(
        fmt::format("--psi-limit: expected a share above 0% and up to 100%, not \"{}\"", text));
}

Result<ReliefLimits> make_limits(const RelieveOptions& options) {
    ReliefLimits limits;
    if (!options.timeout.empty()) {
        const auto timeout = parse_duration_within(options.timeout, timeouts);
        if (!timeout)
            return about("--timeout", timeout.error());
        limits.timeout = *timeout;
    }
    if (!options.psi_limit.empty()) {
        const auto psi = parse_psi(options.psi_limit);
        if (!psi)
            return psi.error();
        limits.psi_percent = *psi;
    }
    if (!options.load_limit.empty()) {
        const auto load = parse_load(options.load_limit);
        if (!load)
            return load.error();
        limits.load_per_cpu = *load;
    }
    return limits;
}

std::string blocks_text(const ReliefReport& report, std::uint64_t blocks) {
    return fmt::format("{} blocks of {}{}", format_count(blocks),
                       format_bytes(page_bytes() << report.goal.order),
                       report.goal.node ? fmt::format(" on node {}", *report.goal.node) : "");
}

Cell duration_cell(std::uint64_t ns) {
    return {format_duration_ns(ns), std::to_string(ns)};
}

void print_steps(const Context& context, const ReliefReport& report) {
    const bool planned = report.end == ReliefEnd::planned;
    Table table({{"ROUND", "round", true, planned},
                 {"STEP", "action"},
                 {"DONE", "done"},
                 {"BEFORE", "blocks_before", true, planned},
                 {"AFTER", "blocks_after", true, planned},
                 {"FREED", "freed_bytes", true, planned},
                 {"TIME", "duration_ns", true, planned},
                 {"PAUSES", "pauses", true, planned},
                 {"NOTE", "note"}});
    for (const auto& step : report.steps)
        table.add({count_cell(step.round), text_cell(action_name(step.action)),
                   step.done ? Cell{planned ? "would" : "yes", "1"} : Cell{"skipped", "0"},
                   count_cell(step.blocks_before), count_cell(step.blocks_after),
                   step.freed_bytes ? bytes_cell(*step.freed_bytes) : empty_cell(),
                   duration_cell(static_cast<std::uint64_t>(step.duration.count())),
                   count_cell(step.pauses), text_cell(step.note)});
    table.print(context.out(), context.human(), context.paint());
}

std::string verdict(const ReliefReport& report) {
    const auto have = blocks_text(report, report.blocks_after);
    const auto wanted = format_count(report.goal.blocks);
    switch (report.end) {
    case ReliefEnd::met:
        return report.steps.empty()
                   ? fmt::format("{} are free, {} are wanted: nothing to do", have, wanted)
                   : fmt::format("{} are free, {} were wanted, {} there were", have, wanted,
                                 format_count(report.blocks_before));
    case ReliefEnd::planned:
        return fmt::format("{} are free, {} are wanted; nothing was done", have, wanted);
    case ReliefEnd::timed_out:
        return fmt::format("only {} are free, {} are wanted: time is over after {} rounds", have,
                           wanted, report.rounds);
    case ReliefEnd::nothing_left:
        return fmt::format("only {} are free, {} are wanted, and there is nothing that could be "
                           "done: see the notes",
                           have, wanted);
    default:
        return fmt::format("only {} are free, {} are wanted: interrupted", have, wanted);
    }
}

Json step_json(const ReliefStepReport& step) {
    return {{"action", action_name(step.action)},
            {"round", step.round},
            {"done", step.done},
            {"note", step.note},
            {"blocks_before", step.blocks_before},
            {"blocks_after", step.blocks_after},
            {"freed_bytes", or_null(step.freed_bytes)},
            {"duration_ns", step.duration.count()},
            {"pauses", step.pauses}};
}

void print_json(const Context& context, const ReliefReport& report) {
    auto document = json_document();
    document["order"] = report.goal.order;
    document["size_bytes"] = page_bytes() << report.goal.order;
    document["node"] = or_null(report.goal.node);
    document["blocks_wanted"] = report.goal.blocks;
    document["blocks_before"] = report.blocks_before;
    document["blocks_after"] = report.blocks_after;
    document["end"] = end_name(report.end);
    document["duration_ns"] = report.duration.count();
    document["rounds"] = report.rounds;
    auto& steps = document["steps"] = Json::array();
    for (const auto& step : report.steps)
        steps.push_back(step_json(step));
    document["notes"] = report.notes;
    context.print_document(document);
}

// A plan that was made is done; else it is the goal that counts.
Outcome print(const Context& context, const ReliefReport& report) {
    if (context.json()) {
        print_json(context, report);
    } else {
        if (!report.steps.empty())
            print_steps(context, report);
        if (context.human())
            context.out() << (report.steps.empty() ? "" : "\n") << verdict(report) << '\n';
        for (const auto& note : report.notes)
            context.err() << "kmemcgctl: " << printable(note) << '\n';
    }
    if (report.end == ReliefEnd::met || report.end == ReliefEnd::planned)
        return exit_ok;
    if (!context.human() || context.json())
        context.err() << "kmemcgctl: " << verdict(report) << '\n';
    return exit_partial;
}

Result<std::optional<TimePoint>> step(const Context& context, Relief& relief,
                                      ShortSlices* short_slices) {
    const ShortSlices::Here here(short_slices);
    return relief.step(context.now());
}

Outcome relieve(const Context& context, Relief& relief, ShortSlices* short_slices) {
    std::unique_ptr<Transport> quiet;
    for (;;) {
        const auto next = step(context, relief, short_slices);
        if (!next)
            return next.error();
        if (!*next)
            return print(context, relief.report());
        if (!quiet) { // only now: a goal that is met needs none
            auto opened = context.world->open_transport();
            if (!opened)
                return opened.error();
            quiet = std::move(*opened);
        }
        const auto waited = wait_until(context, *quiet, **next);
        if (!waited)
            return waited.error();
        if (!*waited) {
            relief.stop(context.now());
            // Once interrupted, no wait on that socket takes any time.
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
}

Outcome run_relieve(Context& context, const RelieveOptions& options) {
    const auto goal = options.goal.goal();
    if (!goal)
        return goal.error();
    const auto limits = make_limits(options);
    if (!limits)
        return limits.error();
    const InterruptGuard guard; // ^C and SIGTERM put everything back
    const auto& root = context.world->host_root;
    const auto compactor = context.world->open_compactor(root);
    const ReliefHost host{.root = root,
                          .connect = [&context] { return context.connect(); },
                          .compactor = compactor.get()};
    if (options.dry_run) {
        const auto plan = Relief::plan(*goal, *limits, host, context.now());
        if (!plan)
            return plan.error();
        return print(context, *plan);
    }
    // The compactor's thread was made before, and keeps its priority.
    const auto short_slices = go_to_background(context.world->is_process);
    auto relief = Relief::open(*goal, *limits, host, context.now());
    if (!relief)
        return relief.error();
    return relieve(context, **relief, short_slices.get());
}

} // namespace

void add_frag_relieve(Options& frag, Context& context) {
    auto relieve = frag.subcommand("relieve", "get large free blocks, without stalling the host");
    auto wanted = std::make_shared<RelieveOptions>();
    wanted->goal.declare(relieve, "--blocks", "so many of them are to be free (64)");
    relieve.flag("--dry-run", wanted->dry_run, "say what would be done, and change nothing");
    relieve.text("--timeout", wanted->timeout, "DURATION", "give up after that (60s)");
    relieve.text("--psi-limit", wanted->psi_limit, "PERCENT",
                 "move nothing while tasks wait for memory as much (10%)");
    relieve.text("--load-limit", wanted->load_limit, "X",
                 "nor while the load of each CPU is as high (1.0)");
    relieve.run(context, [wanted](Context& at_run) { return run_relieve(at_run, *wanted); });
}

} // namespace kmemcgd
