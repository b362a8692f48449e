// SPDX-License-Identifier: GPL-2.0-only
// "frag watch": a line when the state changes, and at least one a minute.
#include "frag/frag_watch.hpp"

#include "client/mnl_transport.hpp"
#include "commands/event_lines.hpp"
#include "commands/goal_options.hpp"
#include "commands/listen.hpp"
#include "commands/wait.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

struct FragWatchOptions {
    GoalOptions goal;
    std::string timeout;
};

constexpr auto longest_silence = 60s;

Result<std::vector<BuddyZone>> read_zones(const Context& context, const ReliefGoal& goal) {
    auto zones = read_buddyinfo(context.world->host_root);
    if (!zones)
        return zones.error();
    if (auto checked = check_goal(goal, *zones); !checked)
        return checked.error();
    return zones;
}

std::string seconds_text(const std::optional<double>& seconds) {
    return seconds ? fmt::format("{:.0f}", *seconds) : "-";
}

void print(const Context& context, const ReliefGoal& goal, const FragReading& reading) {
    const auto time = timestamp(context.world->clock->wall_now());
    const std::string_view event = reading.changed() ? "state" : "summary";
    if (context.json()) {
        auto document = json_document();
        document["time"] = time;
        document["event"] = event;
        document["state"] = state_name(reading.state);
        document["state_before"] =
            reading.before ? Json(state_name(*reading.before)) : Json(nullptr);
        document["order"] = goal.order;
        document["node"] = or_null(goal.node);
        document["min_blocks"] = goal.blocks;
        document["blocks"] = reading.blocks;
        document["fall_per_s"] = reading.fall_per_s;
        document["until_min_s"] = or_null(reading.until_min_s);
        document["until_none_s"] = or_null(reading.until_none_s);
        context.print_line(document);
        return;
    }
    context.out() << fmt::format("{} {:<8} state={} before={} order={} node={} blocks={} "
                                 "min_blocks={} fall_per_s={:.2f} until_min_s={} until_none_s={}",
                                 time, event, state_name(reading.state),
                                 reading.before ? state_name(*reading.before) : "-", goal.order,
                                 goal.node ? std::to_string(*goal.node) : "-", reading.blocks,
                                 goal.blocks, reading.fall_per_s, seconds_text(reading.until_min_s),
                                 seconds_text(reading.until_none_s))
                  << std::endl;
}

Outcome run_frag_watch(Context& context, const FragWatchOptions& options) {
    const auto goal = options.goal.goal();
    if (!goal)
        return goal.error();
    const auto deadline = deadline_after(context, options.timeout);
    if (!deadline)
        return deadline.error();
    const InterruptGuard guard;
    const auto quiet = context.world->open_transport();
    if (!quiet)
        return quiet.error();
    FragWatch watch(goal->blocks);
    auto printed = context.now();
    for (;;) {
        const auto zones = read_zones(context, *goal);
        if (!zones)
            return zones.error();
        const auto now = context.now();
        const auto reading = watch.update(now, free_blocks(*zones, goal->order, goal->node));
        if (reading.changed() || now - printed >= longest_silence) {
            print(context, *goal, reading);
            printed = now;
        }
        if (*deadline && now >= **deadline)
            return exit_ok;
        auto due = std::min<TimePoint>(now + reading.next, printed + longest_silence);
        if (*deadline)
            due = std::min(due, **deadline);
        const auto waited = wait_until(context, **quiet, due);
        if (!waited)
            return waited.error();
        if (!*waited)
            return exit_ok;
    }
}

} // namespace

void add_frag_watch(Options& frag, Context& context) {
    auto watch = frag.subcommand("watch", "how fast large blocks go, and when there are too few");
    auto wanted = std::make_shared<FragWatchOptions>();
    wanted->goal.declare(watch, "--min-blocks", "fewer than that are too few (64)");
    watch.text("--timeout", wanted->timeout, "DURATION", "end after that time");
    watch.run(context, [wanted](Context& at_run) { return run_frag_watch(at_run, *wanted); });
}

} // namespace kmemcgd
