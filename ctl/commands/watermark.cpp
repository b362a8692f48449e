// SPDX-License-Identifier: GPL-2.0-only
#include "commands/change_each.hpp"
#include "commands/options.hpp"
#include "commands/watermark_values.hpp"

#include <cerrno>
#include <memory>

namespace kmemcgd {
namespace {

using Words = std::vector<std::string>;

struct SetOptions {
    Words targets;
    WatermarkOptions values;
};

struct DefaultOptions {
    WatermarkOptions values;
    bool unset = false;
};

Result<WatermarkChange> parse_all(const WatermarkOptions& values) {
    if (values.empty())
        return usage_error("nothing is set", "such as --ratio 95 or --high-headroom 64M");
    return values.parse();
}

Outcome run_set(Context& context, const SetOptions& options) {
    const auto change = parse_all(options.values);
    if (!change)
        return change.error();
    auto client = context.connect();
    if (!client)
        return client.error();
    auto targets = find_each(context, options.targets, [&](const Pattern& pattern) {
        return live_targets(context, pattern);
    });
    return change_each<WatermarkPolicy>(
        context, std::move(targets), "policies",
        [&](const Target& target) { return client->set_policy(target.id, *change); },
        print_policies);
}

Outcome run_unset(Context& context, const Words& words) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto policies = client->policies();
    if (!policies)
        return policies.error();
    auto targets = find_each(context, words, [&](const Pattern& pattern) {
        return among(policies->entries, pattern, "policy",
                     "kmemcgctl watermark show tells which policy applies, and whose it is");
    });
    return change_each<WatermarkPolicy>(
        context, std::move(targets), "deleted",
        [&](const Target& target) { return client->delete_policy(target.id); }, print_policies);
}

Outcome run_default(Context& context, const DefaultOptions& options) {
    if (options.unset && !options.values.empty())
        return usage_error("--unset takes no other options");
    const auto change = options.values.parse();
    if (!change)
        return change.error();
    auto client = context.connect();
    if (!client)
        return client.error();
    const bool ask_only = !options.unset && options.values.empty();
    const auto policy = options.unset ? client->delete_policy({})
                        : ask_only    ? client->policy({})
                                      : client->set_policy({}, *change);
    const bool none = !policy && ask_only && policy.error().fault == Fault::failed &&
                      policy.error().error_number == ENOENT;
    if (!policy && !none)
        return policy.error();
    if (context.json()) {
        auto document = json_document();
        document[options.unset ? "deleted" : "policy"] = none ? Json(nullptr) : to_json(*policy);
        context.print_document(document);
    } else if (none && context.human()) {
        context.out() << "the host has no default: only cgroups with a policy of their own or of "
                         "an ancestor are watched\n";
    } else {
        print_policies(context, none ? std::vector<WatermarkPolicy>{} : std::vector{*policy});
    }
    return exit_ok;
}

} // namespace

void add_watermark(Options& options, Context& context) {
    auto set = options.subcommand("set", "set watermarks; what is not given stays as it was");
    auto to_set = std::make_shared<SetOptions>();
    set.words("TARGET", to_set->targets, targets_meaning, true);
    to_set->values.declare(set);
    set.run(context, [to_set](Context& at_run) { return run_set(at_run, *to_set); });

    auto unset = options.subcommand("unset", "delete watermarks that were set");
    auto to_unset = std::make_shared<Words>();
    unset.words("TARGET", *to_unset, targets_meaning, true);
    unset.run(context, [to_unset](Context& at_run) { return run_unset(at_run, *to_unset); });

    auto host = options.subcommand("default", "show, set or delete the default of the host");
    auto wanted = std::make_shared<DefaultOptions>();
    wanted->values.declare(host);
    host.flag("--unset", wanted->unset, "delete it");
    host.run(context, [wanted](Context& at_run) { return run_default(at_run, *wanted); });

    add_watermark_show(options, context);
    add_watermark_watch(options, context);
}

} // namespace kmemcgd
