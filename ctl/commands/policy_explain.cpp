// SPDX-License-Identifier: GPL-2.0-only
#include "commands/cgroup_path.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"

#include <algorithm>
#include <cerrno>
#include <tuple>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct ExplainOptions {
    PolicyOptions policy;
    std::string path;
};

struct Explanation {
    Candidate cgroup;
    const Rule* rule = nullptr;
    // Those before it, or all, and why they are not meant.
    std::vector<std::pair<const Rule*, std::string>> passed = {};
    // The nearest ancestors whose rule sets what its own does not: a watermark is
    // inherited, and a class stands for all below.
    struct Above {
        std::string path = {};
        const Rule* rule = nullptr;
    };
    Above inherited = {};
    Above part_of = {};
};

const Candidate* find(const HostCgroups& host, const std::string& path) {
    const auto found = std::find_if(host.cgroups.begin(), host.cgroups.end(),
                                    [&](const Candidate& cgroup) { return cgroup.path == path; });
    return found == host.cgroups.end() ? nullptr : &*found;
}

Explanation explain(const PolicyFile& file, const HostCgroups& host, const Candidate& cgroup) {
    Explanation result{.cgroup = cgroup};
    for (const auto& rule : file.rules) {
        auto why = misfit(rule, cgroup, host.cgroup_version);
        if (why.empty()) {
            result.rule = &rule;
            break;
        }
        result.passed.emplace_back(&rule, std::move(why));
    }
    auto path = std::filesystem::path(cgroup.path).parent_path();
    bool marked = result.rule != nullptr && result.rule->watermark;
    bool classed = result.rule != nullptr && result.rule->qos;
    for (; path.has_relative_path() && !(marked && classed); path = path.parent_path()) {
        const auto* ancestor = find(host, path.string());
        const auto* rule =
            ancestor == nullptr ? nullptr : rule_for(file.rules, *ancestor, host.cgroup_version);
        if (rule == nullptr)
            continue;
        if (!marked && rule->watermark)
            result.inherited = {path.string(), rule};
        if (!classed && rule->qos)
            result.part_of = {path.string(), rule};
        marked = marked || rule->watermark;
        classed = classed || rule->qos;
    }
    return result;
}

Json as_json(const Explanation& explanation) {
    auto document = json_document();
    document["id"] = explanation.cgroup.id;
    document["path"] = explanation.cgroup.path;
    document["policy"] = explanation.rule != nullptr ? to_json(*explanation.rule) : Json(nullptr);
    auto& passed = document["passed"] = Json::array();
    for (const auto& [rule, why] : explanation.passed)
        passed.push_back({{"name", rule->name}, {"why", why}});
    const auto above = [](const Explanation::Above& from) {
        return from.rule == nullptr ? Json(nullptr)
                                    : Json{{"path", from.path}, {"policy", to_json(*from.rule)}};
    };
    document["inherited"] = above(explanation.inherited);
    document["part_of"] = above(explanation.part_of);
    return document;
}

void print(const Context& context, const Explanation& explanation) {
    auto& out = context.out();
    const auto& path = explanation.cgroup.path;
    const auto& [inherited, part_of] = std::tie(explanation.inherited, explanation.part_of);
    const auto line = [&](std::string_view how, const Rule& rule, const std::string& effect) {
        out << printable(
                   fmt::format("{}: {}\"{}\" ({}): {}", path, how, rule.name, rule.origin, effect))
            << '\n';
    };
    if (explanation.rule != nullptr)
        line("", *explanation.rule, effect_text(*explanation.rule));
    if (inherited.rule != nullptr)
        line(fmt::format("inherited from {}, ", inherited.path), *inherited.rule,
             effect_text(*inherited.rule, What::watermark));
    if (part_of.rule != nullptr)
        line(fmt::format("part of {}, ", part_of.path), *part_of.rule,
             "class " + effect_text(*part_of.rule, What::qos));
    if (explanation.rule == nullptr && inherited.rule == nullptr && part_of.rule == nullptr)
        out << printable(path) << ": no policy\n";
    for (const auto& [rule, why] : explanation.passed)
        out << printable(fmt::format("  \"{}\" ({}) {}", rule->name, rule->origin, why)) << '\n';
}

Outcome run_explain(Context& context, const ExplainOptions& options) {
    const auto file = options.policy.read(context);
    if (!file)
        return file.error();
    const auto path = path_in_hierarchy(context, options.path);
    if (!path)
        return path.error();
    const auto host = scan(context);
    if (!host)
        return host.error();
    const auto* cgroup = find(*host, *path);
    if (cgroup == nullptr)
        return Error{.message = fmt::format("there is no cgroup {} with the memory controller",
                                            printable(*path)),
                     .hint = path_hint,
                     .error_number = ENOENT};
    const auto explanation = explain(*file, *host, *cgroup);
    if (context.json())
        context.print_document(as_json(explanation));
    else
        print(context, explanation);
    return exit_ok;
}

} // namespace

void add_policy_explain(Options& policy, Context& context) {
    auto explain_one = policy.subcommand("explain", "which policy a cgroup falls under, and why");
    auto wanted = std::make_shared<ExplainOptions>();
    wanted->policy.declare(explain_one);
    explain_one.positional("PATH", wanted->path, "from the cgroup root", true);
    explain_one.run(context, [wanted](Context& at_run) { return run_explain(at_run, *wanted); });
}

} // namespace kmemcgd
