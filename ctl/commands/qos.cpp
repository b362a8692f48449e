// SPDX-License-Identifier: GPL-2.0-only
// Classes and requests: who gives memory first when the node runs short.
#include "commands/change_each.hpp"
#include "commands/options.hpp"
#include "commands/qos_values.hpp"

#include <memory>

namespace kmemcgd {
namespace {

using Words = std::vector<std::string>;

struct SetOptions {
    Words targets;
    QosOptions values;
};

Outcome run_set(Context& context, const SetOptions& options) {
    if (options.values.empty())
        return usage_error("nothing is set", "such as --class burstable --request 300M");
    const auto change = options.values.parse();
    if (!change)
        return change.error();
    auto client = context.connect();
    if (!client)
        return client.error();
    auto targets = find_each(context, options.targets, [&](const Pattern& pattern) {
        return live_targets(context, pattern);
    });
    return change_each<Qos>(
        context, std::move(targets), "classes",
        [&](const Target& target) { return client->set_qos(target.id, *change); }, print_classes);
}

Outcome run_unset(Context& context, const Words& words) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto classes = client->classes();
    if (!classes)
        return classes.error();
    auto targets = find_each(context, words, [&](const Pattern& pattern) {
        return among(classes->entries, pattern, "class", "kmemcgctl qos show lists those with one");
    });
    return change_each<Qos>(
        context, std::move(targets), "deleted",
        [&](const Target& target) { return client->delete_qos(target.id); }, print_classes);
}

} // namespace

void add_qos(Options& options, Context& context) {
    auto set = options.subcommand("set", "give a class; what is not given stays as it was");
    auto to_set = std::make_shared<SetOptions>();
    set.words("TARGET", to_set->targets, targets_meaning, true);
    to_set->values.declare(set);
    set.run(context, [to_set](Context& at_run) { return run_set(at_run, *to_set); });

    auto unset = options.subcommand("unset", "take a class away");
    auto to_unset = std::make_shared<Words>();
    unset.words("TARGET", *to_unset, targets_meaning, true);
    unset.run(context, [to_unset](Context& at_run) { return run_unset(at_run, *to_unset); });

    add_qos_show(options, context);
}

} // namespace kmemcgd
