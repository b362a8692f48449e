// SPDX-License-Identifier: GPL-2.0-only
#include "controller/controller.hpp"

#include "commands/cgroup_path.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"
#include "render/duration_range.hpp"

namespace kmemcgd {
namespace {

constexpr DurationRange intervals{ns_per_s, 86'400 * ns_per_s, "1s to 1d"};

struct DaemonOptions {
    PolicyOptions policy;
    std::string interval;
    std::string metrics_listen;
    std::string metrics_textfile;
    bool cleanup = false;
};

Result<MetricsOptions> metrics_of(const DaemonOptions& options) {
    MetricsOptions metrics;
    if (!options.metrics_listen.empty()) {
        auto address = parse_listen_address(options.metrics_listen);
        if (!address)
            return about("--metrics-listen", address.error());
        metrics.listen = std::move(*address);
    }
    if (!options.metrics_textfile.empty()) {
        auto path = parse_textfile(options.metrics_textfile);
        if (!path)
            return about("--metrics-textfile", path.error());
        metrics.textfile = std::move(*path);
    }
    return metrics;
}

Outcome run_controller(Context& context, const DaemonOptions& options) {
    ControllerOptions wanted;
    wanted.policy_file = options.policy.path(context);
    wanted.applied_file = context.world->applied_file;
    wanted.cleanup = options.cleanup;
    wanted.watchdog = context.world->watchdog;
    if (!options.interval.empty()) {
        const auto interval = parse_duration_within(options.interval, intervals);
        if (!interval)
            return about("--interval", interval.error());
        wanted.interval = *interval;
    }
    auto metrics = metrics_of(options);
    if (!metrics)
        return metrics.error();
    wanted.metrics = std::move(*metrics);
    const auto root = memory_cgroup_root(context);
    if (!root)
        return root.error();
    wanted.cgroup_root = *root;
    auto waiter = context.world->open_waiter(wanted.policy_file);
    if (!waiter)
        return waiter.error();
    return Controller(context, std::move(wanted), **waiter).run();
}

} // namespace

void add_controller(Options& options, Context& context) {
    auto wanted = std::make_shared<DaemonOptions>();
    wanted->policy.declare(options);
    options.text("--interval", wanted->interval, "TIME",
                 "look for what was missed this often (30s)");
    options.text("--metrics-listen", wanted->metrics_listen, "ADDRESS:PORT",
                 "serve metrics there, whatever the file says (127.0.0.1:9752 for example)");
    options.text("--metrics-textfile", wanted->metrics_textfile, "PATH",
                 "write them there, whatever the file says, for node_exporter");
    options.flag("--cleanup", wanted->cleanup, "remove what was set when it is stopped");
    options.run(context, [wanted](Context& at_run) { return run_controller(at_run, *wanted); });
}

} // namespace kmemcgd
