// SPDX-License-Identifier: GPL-2.0-only
// "policy check", and what the other subcommands share with it.
#include "commands/cgroup_path.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"
#include "commands/qos_values.hpp"
#include "commands/watermark_values.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

Outcome run_check(Context& context, const PolicyOptions& options) {
    const auto file = options.read(context);
    if (!file)
        return file.error();
    // A file may be checked where there is no such hierarchy.
    const auto host = scan(context);
    std::vector<const Rule*> unused;
    if (host)
        unused = make_plan(*file, *host, {}, {}).unused;
    if (context.json()) {
        auto document = json_document();
        document["file"] = options.path(context);
        document["tunables"] = file->tunables.size();
        auto& rules = document["policies"] = Json::array();
        for (const auto& rule : file->rules)
            rules.push_back(to_json(rule));
        document["fragmentation"] =
            file->fragmentation ? to_json(*file->fragmentation) : Json(nullptr);
        document["unused"] = to_json(unused);
        context.print_document(document);
        return exit_ok;
    }
    context.out() << fmt::format("{}: {} tunables and {} policies\n",
                                 printable(options.path(context)), file->tunables.size(),
                                 file->rules.size());
    if (file->fragmentation)
        context.out() << "fragmentation: " << fragmentation_text(*file->fragmentation) << '\n';
    for (const auto* rule : unused)
        context.out() << fmt::format("no cgroup falls under \"{}\" ({}) at present\n",
                                     printable(rule->name), printable(rule->origin));
    return exit_ok;
}

} // namespace

void PolicyOptions::declare(Options& options) {
    options.text("--file", file, "PATH", "the policy file (/etc/kmemcgd/policy.toml)");
}

std::string PolicyOptions::path(const Context& context) const {
    return file.empty() ? context.world->policy_file : file;
}

Result<PolicyFile> PolicyOptions::read(const Context& context) const {
    return read_policy(path(context));
}

Result<HostCgroups> scan(const Context& context) {
    const auto root = memory_cgroup_root(context);
    if (!root)
        return root.error();
    return scan_host(*root);
}

std::string watermark_text(const WatermarkPolicy& policy) {
    if (policy.off())
        return "off";
    const auto off = policy_rows(as_policy({}, watermark_off()));
    const auto rows = policy_rows(policy);
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].plain != off[i].plain)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", rows[i].name, rows[i].human);
    }
    return text;
}

std::string setting_text(const Setting& setting) {
    const auto* qos = std::get_if<Qos>(&setting);
    return qos != nullptr ? "class " + qos_text(*qos)
                          : watermark_text(std::get<WatermarkPolicy>(setting));
}

std::string effect_text(const Rule& rule) {
    if (rule.opt_out)
        return "left alone";
    std::string text;
    if (rule.watermark)
        text = setting_text(as_policy({}, *rule.watermark));
    if (rule.qos)
        text += (text.empty() ? "" : "; ") + setting_text(as_qos({}, *rule.qos));
    return text;
}

std::string effect_text(const Rule& rule, What what) {
    if (rule.opt_out)
        return what == What::watermark ? "left alone" : "none";
    if (what == What::watermark)
        return rule.watermark ? watermark_text(as_policy({}, *rule.watermark)) : "-";
    return rule.qos ? qos_text(as_qos({}, *rule.qos)) : "-";
}

std::string fragmentation_text(const FragRule& rule) {
    auto text = fmt::format("order {}, at least {} blocks", rule.goal.order, rule.goal.blocks);
    if (rule.goal.node)
        text += fmt::format(" on node {}", *rule.goal.node);
    if (rule.psi_percent)
        text += fmt::format(", psi_limit {} %", *rule.psi_percent);
    if (rule.load_per_cpu)
        text += fmt::format(", load_limit {}", *rule.load_per_cpu);
    return text + (rule.relieve ? ", relieve yes" : ", relieve no");
}

Json to_json(const FragRule& rule) {
    return {{"order", rule.goal.order},
            {"min_blocks", rule.goal.blocks},
            {"node", or_null(rule.goal.node)},
            {"psi_limit_percent", or_null(rule.psi_percent)},
            {"load_limit_per_cpu", or_null(rule.load_per_cpu)},
            {"relieve", rule.relieve}};
}

Json to_json(const Setting& setting) {
    const auto* qos = std::get_if<Qos>(&setting);
    return qos != nullptr ? setting_json(*qos) : to_json(std::get<WatermarkPolicy>(setting));
}

Json to_json(const Rule& rule) {
    Json json{{"name", rule.name}, {"origin", rule.origin}, {"match", rule.globs}};
    json["cgroup"] = or_null(rule.cgroup_version);
    json["limit_min_bytes"] = or_null(rule.limit_min_bytes);
    json["limit_max_bytes"] = or_null(rule.limit_max_bytes);
    json["opt_out"] = rule.opt_out;
    const auto of_no_cgroup = [](Json setting) {
        setting.erase("id");
        setting.erase("path");
        return setting;
    };
    json["watermark"] = rule.watermark && !rule.opt_out
                            ? of_no_cgroup(to_json(as_policy({}, *rule.watermark)))
                            : Json(nullptr);
    json["qos"] = rule.qos ? of_no_cgroup(setting_json(as_qos({}, *rule.qos))) : Json(nullptr);
    return json;
}

Json to_json(const std::vector<const Rule*>& rules) {
    Json names = Json::array();
    for (const auto* rule : rules)
        names.push_back(rule->name);
    return names;
}

void add_policy(Options& options, Context& context) {
    options.needs_subcommand();
    auto check = options.subcommand("check", "read the policy file and say what is wrong with it");
    auto wanted = std::make_shared<PolicyOptions>();
    wanted->declare(check);
    check.run(context, [wanted](Context& at_run) { return run_check(at_run, *wanted); });
    add_policy_show(options, context);
    add_policy_explain(options, context);
    add_policy_apply(options, context);
    add_policy_export(options, context);
}

} // namespace kmemcgd
