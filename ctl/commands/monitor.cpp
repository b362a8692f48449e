// SPDX-License-Identifier: GPL-2.0-only
#include "commands/event_lines.hpp"
#include "commands/options.hpp"

#include <memory>

namespace kmemcgd {
namespace {

struct MonitorOptions {
    std::optional<std::uint64_t> count;
    std::string timeout;
};

Outcome run_monitor(Context& context, const MonitorOptions& options) {
    auto listening = listen(context, options.timeout, EventGroups::all);
    if (!listening)
        return listening.error();
    return print_events(context, *listening, options.count, {});
}

} // namespace

void add_monitor(Options& options, Context& context) {
    auto wanted = std::make_shared<MonitorOptions>();
    options.number("--count", wanted->count, "end after that many events");
    options.text("--timeout", wanted->timeout, "DURATION", "end after that time");
    options.run(context, [wanted](Context& at_run) { return run_monitor(at_run, *wanted); });
}

} // namespace kmemcgd
