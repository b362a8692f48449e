// SPDX-License-Identifier: GPL-2.0-only
#include "commands/options.hpp"
#include "commands/targets.hpp"
#include "commands/watermark_values.hpp"

#include <cerrno>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using Words = std::vector<std::string>;
using ChangePolicy = std::function<Result<WatermarkPolicy>(const Target& target)>;

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

Outcome change_each(const Context& context, Targets targets, std::string_view key,
                    const ChangePolicy& change) {
    std::vector<WatermarkPolicy> changed;
    for (const auto& target : targets.found) {
        auto policy = change(target);
        if (policy) {
            changed.push_back(std::move(*policy));
            continue;
        }
        if (changed.empty() && concerns_all(policy.error()))
            return policy.error();
        policy.error().message = fmt::format("{}: {}", target.name, policy.error().message);
        targets.failures.push_back({target.name, policy.error()});
    }
    if (changed.empty() && targets.failures.size() == 1)
        return targets.failures.front().error;
    if (context.json()) {
        auto document = json_document();
        auto& list = document[std::string(key)] = Json::array();
        for (const auto& policy : changed)
            list.push_back(to_json(policy));
        document["failures"] = to_json(targets.failures);
        context.print_document(document);
    } else if (!changed.empty()) {
        print_policies(context, changed);
    }
    return conclude(context, targets.failures, !changed.empty());
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
    return change_each(context, std::move(targets), "policies", [&](const Target& target) {
        return client->set_policy(target.id, *change);
    });
}

// Among the policies, not among the cgroups: a glob means those that have one.
Result<std::vector<Target>> with_policy(const std::vector<WatermarkPolicy>& policies,
                                        const Pattern& pattern) {
    std::vector<Target> targets;
    for (const auto& policy : policies) {
        if (policy.id && pattern.matches(*policy.id, policy.path))
            targets.push_back({*policy.id, policy.path});
    }
    if (targets.empty())
        return Error{.message = pattern.glob()
                                    ? fmt::format("no policy matches {}", pattern.text())
                                    : fmt::format("no policy is set for {}", pattern.text()),
                     .hint = "kmemcgctl watermark show tells which policy applies, and whose it is",
                     .error_number = ENOENT};
    return targets;
}

Outcome run_unset(Context& context, const Words& words) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto policies = client->policies();
    if (!policies)
        return policies.error();
    auto targets = find_each(context, words, [&](const Pattern& pattern) {
        return with_policy(policies->entries, pattern);
    });
    return change_each(context, std::move(targets), "deleted",
                       [&](const Target& target) { return client->delete_policy(target.id); });
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
    constexpr auto meaning = "paths from the cgroup root (/app), ids, or quoted globs";

    auto set = options.subcommand("set", "set watermarks; what is not given stays as it was");
    auto to_set = std::make_shared<SetOptions>();
    set.words("TARGET", to_set->targets, meaning, true);
    to_set->values.declare(set);
    set.run(context, [to_set](Context& at_run) { return run_set(at_run, *to_set); });

    auto unset = options.subcommand("unset", "delete watermarks that were set");
    auto to_unset = std::make_shared<Words>();
    unset.words("TARGET", *to_unset, meaning, true);
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
