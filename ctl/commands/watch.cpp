// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"
#include "commands/listen.hpp"
#include "commands/options.hpp"
#include "render/duration_range.hpp"

#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr DurationRange intervals{10 * ns_per_ms, 86'400 * ns_per_s, "10ms to 1d"};

struct WatchOptions {
    std::string interval = "1s";
    std::string timeout;
    std::optional<std::uint64_t> count;
    std::optional<std::uint64_t> until;
};

constexpr unsigned lines_per_header = 20;

// Growth since the sample before; a reset in between makes a counter smaller,
// and then all that is known is what came after it.
std::uint64_t growth(std::uint64_t before, std::uint64_t now) {
    return now >= before ? now - before : now;
}

struct Rates {
    double freed_per_s = 0;
    double cpu_share = 0;
};

Rates rates(const Stats& before, const Stats& now) {
    const auto elapsed_ns = growth(before.since_ns, now.since_ns);
    if (elapsed_ns == 0)
        return {};
    const auto elapsed = static_cast<double>(elapsed_ns);
    return {static_cast<double>(growth(before.freed, now.freed)) * 1e9 / elapsed,
            static_cast<double>(growth(before.cpu_ns, now.cpu_ns)) / elapsed};
}

std::string pins(const PinCounts& counts) {
    std::string text;
    for (std::uint32_t pin = 0; pin < counts.size(); ++pin) {
        if (counts[pin] > 0)
            text += fmt::format("{}{}={}", text.empty() ? "" : " ", pin_name(pin), counts[pin]);
    }
    return text.empty() ? "-" : text;
}

class Printer {
public:
    explicit Printer(const Context& context) : context_(&context) {}

    void print(const Stats& before, const Stats& now) {
        const auto rate = rates(before, now);
        if (context_->json())
            print_json(now, rate);
        else if (context_->human())
            print_human(now, rate);
        else
            print_plain(now, rate);
        ++lines_;
    }

private:
    void print_json(const Stats& now, const Rates& rate) const {
        auto document = json_document();
        document["left"] = now.left;
        document["freed"] = now.freed;
        document["freed_per_s"] = rate.freed_per_s;
        document["cpu_share"] = rate.cpu_share;
        document["running_pass"] = or_null(now.running_pass);
        document["left_by_pin"] = to_json(now.left_by_pin);
        context_->print_line(document);
    }

    void print_human(const Stats& now, const Rates& rate) const {
        if (lines_ % lines_per_header == 0)
            context_->out() << context_->paint().bold(
                                   fmt::format("{:>9}  {:>11}  {:>8}  {:>7}  {:>8}  {}", "LEFT",
                                               "FREED", "FREED/S", "CPU", "PASS", "HELD BY"))
                            << '\n';
        context_->out() << fmt::format("{:>9}  {:>11}  {:>8.0f}  {:>7}  {:>8}  {}",
                                       format_count(now.left), format_count(now.freed),
                                       rate.freed_per_s, format_share(rate.cpu_share),
                                       now.running_pass ? std::to_string(*now.running_pass) : "-",
                                       pins(now.left_by_pin))
                        << std::endl;
    }

    void print_plain(const Stats& now, const Rates& rate) const {
        if (lines_ == 0)
            context_->out() << "left\tfreed\tfreed_per_s\tcpu_share\trunning_pass\tleft_by_pin\n";
        context_->out() << fmt::format("{}\t{}\t{:.1f}\t{:.4f}\t{}\t{}", now.left, now.freed,
                                       rate.freed_per_s, rate.cpu_share,
                                       now.running_pass ? std::to_string(*now.running_pass) : "-",
                                       pins(now.left_by_pin))
                        << std::endl;
    }

    const Context* context_;
    unsigned lines_ = 0;
};

// Sleeps on the event group, because that wakes for ^C and when the module is
// unloaded. True: the time is over.
Result<bool> sleep_until(const Context& context, EventStream& events, TimePoint when) {
    while (context.now() < when) {
        const auto next = events.next(when);
        if (!next)
            return next.error();
        if (next->arrival == Arrival::interrupted)
            return false;
        if (next->event && std::holds_alternative<Unloaded>(*next->event))
            return module_unloaded();
    }
    return true;
}

Outcome run_watch(Context& context, const WatchOptions& options) {
    const auto interval = parse_duration_within(options.interval, intervals);
    if (!interval)
        return about("--interval", interval.error());
    auto listening = listen(context, options.timeout, EventGroups::passes);
    if (!listening)
        return listening.error();
    auto& events = listening->events;
    const auto& deadline = listening->deadline;

    auto due = context.now();
    Printer printer(context);
    std::optional<Stats> before;
    for (std::uint64_t line = 0; !options.count || line < *options.count; ++line) {
        const auto stats = listening->client.stats();
        if (!stats)
            return stats.error();
        printer.print(before.value_or(*stats), *stats);
        before = *stats;
        if (options.until && stats->left <= *options.until)
            return exit_ok;
        if (options.count && line + 1 == *options.count)
            break;
        // On a grid, so that the time that printing takes does not add up; but
        // after a long stop (^Z) not all the missed lines at once.
        due = std::max(due + *interval, context.now());
        if (deadline && due > *deadline) {
            const auto slept = sleep_until(context, events, *deadline);
            if (!slept)
                return slept.error();
            return options.until ? exit_partial : exit_ok;
        }
        const auto slept = sleep_until(context, events, due);
        if (!slept)
            return slept.error();
        if (!*slept)
            break;
    }
    return options.until ? exit_partial : exit_ok;
}

} // namespace

void add_watch(Options& zombies, Context& context) {
    auto watch = zombies.subcommand("watch", "a line at each interval: how many are left");
    auto wanted = std::make_shared<WatchOptions>();
    watch.text("--interval", wanted->interval, "DURATION", "time between two lines (1s)");
    watch.number("--count", wanted->count, "end after that many lines");
    watch.text("--timeout", wanted->timeout, "DURATION", "end after that time");
    watch.number("--until", wanted->until, "end when no more than that many are left");
    watch.run(context, [wanted](Context& at_run) { return run_watch(at_run, *wanted); });
}

} // namespace kmemcgd
