// SPDX-License-Identifier: GPL-2.0-only
#include "client/mnl_transport.hpp"
#include "commands/cgroup_path.hpp"
#include "commands/options.hpp"
#include "commands/wait.hpp"
#include "top/batch.hpp"
#include "top/console.hpp"
#include "top/sampler.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using std::chrono::nanoseconds;

struct TopOptions {
    bool batch = false;
    std::string interval = "2s";
    std::optional<std::uint64_t> count;
    std::string sort = "usage";
    bool reverse = false;
    std::string filter;
    std::optional<std::uint64_t> limit;
};

// One look says nothing of what changes, so that the second follows soon.
constexpr nanoseconds first_interval = std::chrono::seconds(1);

struct Wanted {
    Arrangement arrangement;
    nanoseconds interval;
    std::optional<std::uint64_t> count;
    std::optional<std::uint64_t> most_rows;
};

Outcome run_live(const Context& context, const Wanted& wanted, Sampler& sampler) {
    if (!context.world->open_screen)
        return Error{.message = "there is no screen", .hint = "kmemcgctl top --batch"};
    const auto screen = context.world->open_screen();
    if (!screen)
        return screen.error();
    Model model;
    Console console(wanted.arrangement, wanted.interval, wanted.most_rows);
    auto looked = context.now();
    std::uint64_t refreshes = 0;
    bool look = true;
    while (!console.over()) {
        if (look) {
            looked = context.now();
            console.take(model.update(sampler.look()));
            ++refreshes;
        }
        (*screen)->show(console.draw((*screen)->size()));
        if (wanted.count && refreshes > *wanted.count)
            return exit_ok;
        std::optional<TimePoint> due;
        if (!console.paused())
            due = looked + (refreshes == 1 ? std::min(first_interval, console.interval())
                                           : console.interval());
        const auto input = (*screen)->wait(due);
        if (!input)
            return input.error();
        if (input->kind == ScreenInput::Kind::stop)
            return exit_ok;
        look = input->kind == ScreenInput::Kind::due;
        if (input->kind == ScreenInput::Kind::key)
            console.press(input->key, (*screen)->size());
    }
    return exit_ok;
}

Outcome run_batch(const Context& context, const Wanted& wanted, Sampler& sampler) {
    const InterruptGuard guard;
    const auto quiet = context.world->open_transport();
    if (!quiet)
        return quiet.error();
    Model model;
    BatchPrinter printer(context, wanted.arrangement, wanted.most_rows);
    auto due = context.now() + std::min(first_interval, wanted.interval);
    (void)model.update(sampler.look());
    // Whoever reads it may be gone, and the disk may be full.
    for (std::uint64_t at = 0; (!wanted.count || at < *wanted.count) && context.out(); ++at) {
        const auto waited = wait_until(context, **quiet, due);
        if (!waited)
            return waited.error();
        if (!*waited)
            break;
        printer.print(model.update(sampler.look()));
        // On a grid, but after a long stop (^Z) not all the missed ones at once.
        due = std::max(due + wanted.interval, context.now());
    }
    return exit_ok;
}

Outcome run_top(const Context& context, const TopOptions& options) {
    Wanted wanted;
    const auto interval = parse_top_interval(options.interval);
    if (!interval)
        return about("--interval", interval.error());
    wanted.interval = *interval;
    wanted.arrangement.sort = *parse_top_column(options.sort);
    wanted.arrangement.reverse = options.reverse;
    wanted.arrangement.filter = options.filter;
    wanted.most_rows = options.limit;
    wanted.count = options.count;
    if (options.count == 0U)
        return usage_error("--count 0 shows nothing", "leave it out for no end");
    const auto root = memory_cgroup_root(context);
    if (!root)
        return root.error();
    std::error_code failure;
    if (!std::filesystem::is_directory(*root, failure))
        return Error{.message = fmt::format("there is no directory {}", root->string()),
                     .hint = "name the cgroup root with --cgroup-root PATH"};
    Sampler sampler(context, *root);
    const bool format_for_people =
        context.format == Format::automatic || context.format == Format::human;
    if (context.world->out_is_terminal && format_for_people && !options.batch)
        return run_live(context, wanted, sampler);
    // A pipe that nobody said --batch for wants an end.
    if (!options.batch && !wanted.count)
        wanted.count = 1;
    return run_batch(context, wanted, sampler);
}

} // namespace

void add_top(Options& options, Context& context) {
    auto wanted = std::make_shared<TopOptions>();
    options.flag("--batch", wanted->batch, "print each refresh, for pipes and files");
    options.text("--interval", wanted->interval, "DURATION", "time between two refreshes (2s)");
    options.number("--count", wanted->count, "end after that many refreshes");
    options.choice("--sort", wanted->sort, top_column_words(),
                   "cgroup, usage, limit, headroom, fill, taken, state, psi or high");
    options.flag("--reverse", wanted->reverse, "the other way round");
    options.text("--filter", wanted->filter, "PATTERN",
                 "only paths with that in them, or that fit a quoted glob");
    options.number("--limit", wanted->limit, "show that many, at most");
    options.run(context, [wanted](Context& at_run) { return run_top(at_run, *wanted); });
}

} // namespace kmemcgd
