// SPDX-License-Identifier: GPL-2.0-only
// "metrics": once, without the daemon.
#include "commands/cgroup_path.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"
#include "metrics/collector.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct MetricsCommand {
    PolicyOptions policy;
    bool per_cgroup = false;
};

// Rules give policies their names, and a host without a file has none.
Result<std::vector<Rule>> rules_of(const Context& context, const PolicyOptions& options) {
    std::error_code unknown;
    if (options.file.empty() && !std::filesystem::exists(options.path(context), unknown))
        return std::vector<Rule>{};
    auto file = options.read(context);
    if (!file)
        return file.error();
    return std::move(file->rules);
}

Outcome run_metrics(Context& context, const MetricsCommand& command) {
    if (context.json())
        return usage_error("metrics have a format of their own, which is not JSON",
                           "kmemcgctl stats --json has the module's counters");
    const auto rules = rules_of(context, command.policy);
    if (!rules)
        return rules.error();
    const auto root = memory_cgroup_root(context);
    Collector collector(context, root ? *root : std::filesystem::path());
    collector.use(*rules, command.per_cgroup);
    context.out() << exposition(collector);
    // One line for each reason: without the module, three sources have the same.
    std::set<std::string> said;
    for (const auto& [source, error] : collector.failures()) {
        if (said.insert(error.message).second)
            context.complain({.message = fmt::format("{}: {}", source_name(source), error.message),
                              .hint = error.hint});
    }
    return exit_ok;
}

} // namespace

void add_metrics(Options& options, Context& context) {
    auto command = std::make_shared<MetricsCommand>();
    command->policy.declare(options);
    options.flag("--per-cgroup", command->per_cgroup,
                 "for each cgroup that a watermark applies to, as well");
    options.run(context, [command](Context& at_run) { return run_metrics(at_run, *command); });
}

} // namespace kmemcgd
