// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"
#include "commands/options.hpp"
#include "commands/policy_source.hpp"
#include "commands/targets.hpp"
#include "commands/watermark_values.hpp"
#include "render/table.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct Report {
    std::vector<Watched> memcgs;
    std::vector<Failure> failures;
    std::vector<WatermarkPolicy> policies;
    std::uint32_t cgroup_version = 0;
    std::uint32_t page_size_bytes = 0;
    bool complete = true;
};

Json watched_json(const Report& report, const Watched& memcg) {
    const auto* policy = policy_of(report.policies, memcg);
    const auto note = watch_note(memcg, policy, report.cgroup_version);
    Json json = memcg.watch ? to_json(*memcg.watch) : Json{{"id", memcg.id}, {"state", nullptr}};
    json["path"] = or_null(memcg.path);
    json["source"] = source_name(memcg, policy);
    json["policy"] = policy != nullptr ? to_json(*policy) : Json(nullptr);
    json["note"] = or_null(note);
    return json;
}

void print_json(const Context& context, const Report& report) {
    auto document = json_document();
    const auto* host = default_policy(report.policies);
    document["default"] = host != nullptr ? to_json(*host) : Json(nullptr);
    document["complete"] = report.complete;
    auto& list = document["watches"] = Json::array();
    for (const auto& memcg : report.memcgs)
        list.push_back(watched_json(report, memcg));
    document["failures"] = to_json(report.failures);
    context.print_document(document);
}

std::vector<Cell> watch_cells(const Watch& watch, const std::string& source) {
    const bool limited = watch.base_bytes > 0;
    const auto mark = [limited](std::uint64_t bytes) {
        return limited ? bytes_cell(bytes) : empty_cell();
    };
    const auto cpu = std::to_string(watch.cpu_ns);
    const auto rate = std::to_string(watch.fill_rate);
    return {text_cell(watch_state_name(watch.state)),
            bytes_cell(watch.usage_bytes),
            mark(watch.base_bytes),
            mark(watch.high_bytes),
            mark(watch.low_bytes),
            mark(watch.headroom_bytes),
            {format_bytes(watch.fill_rate) + "/s", rate},
            bytes_cell(watch.reclaimed_bytes),
            {format_duration_ns(watch.cpu_ns), cpu},
            count_cell(watch.triggered),
            count_cell(watch.limit_hit),
            text_cell(source)};
}

void print_table(const Context& context, const Report& report) {
    Table table({{"STATE", "state"},
                 {"USAGE", "usage_bytes", true},
                 {"LIMIT", "base_bytes", true},
                 {"HIGH", "high_bytes", true},
                 {"LOW", "low_bytes", true},
                 {"HEADROOM", "headroom_bytes", true},
                 {"FILLS", "fill_rate", true},
                 {"RECLAIMED", "reclaimed_bytes", true},
                 {"CPU", "cpu_ns", true},
                 {"TRIGGERED", "triggered", true},
                 {"LIMIT HIT", "limit_hit", true},
                 {"POLICY", "policy"},
                 {"ID", "id", true, true},
                 {"PATH", "path"}});
    for (const auto& memcg : report.memcgs) {
        const auto source = source_text(memcg, policy_of(report.policies, memcg));
        auto cells =
            memcg.watch ? watch_cells(*memcg.watch, source) : std::vector<Cell>(11, empty_cell());
        if (!memcg.watch)
            cells.push_back(text_cell(source));
        cells.push_back({std::to_string(memcg.id), std::to_string(memcg.id)});
        // Gone, or longer than a path may be.
        cells.push_back(memcg.path.empty() ? empty_cell() : text_cell(memcg.path));
        table.add(std::move(cells));
    }
    if (report.memcgs.empty() && context.human()) {
        context.out()
            << "no cgroup is watched; kmemcgctl watermark set, or default, changes that\n";
        return;
    }
    table.print(context.out(), context.human(), context.paint());
}

void print_detail(const Context& context, const Report& report, const Watched& memcg) {
    const auto* policy = policy_of(report.policies, memcg);
    Table table({{"MEMCG", "name"}, {std::to_string(memcg.id), "value"}, {"MEANING", "meaning"}});
    const auto row = [&](std::string_view name, Cell value, std::string_view what) {
        table.add({text_cell(name), std::move(value), text_cell(what)});
    };
    if (!context.human())
        row("id", text_cell(std::to_string(memcg.id)), "cgroup id");
    row("path", text_cell(memcg.path), "from the root of the hierarchy");
    if (memcg.watch) {
        const auto& watch = *memcg.watch;
        row("state", text_cell(watch_state_name(watch.state)), "what is done about it");
        for (const auto& field : watch_fields())
            row(field.name,
                measured_cell(watch.*(field.member), field.measure, report.page_size_bytes),
                field.what);
        row("last_hit_ms", watch.last_hit_ms ? ms_cell(*watch.last_hit_ms) : empty_cell(),
            "since it last hit its limit");
    }
    row("policy", text_cell(source_text(memcg, policy)), "where it comes from");
    if (policy != nullptr) {
        for (auto& value : policy_rows(*policy))
            row("policy." + value.name, {std::move(value.human), std::move(value.plain)},
                value.what);
    }
    const auto note = watch_note(memcg, policy, report.cgroup_version);
    if (!note.empty() && !context.human())
        row("note", text_cell(note), "");
    table.print(context.out(), context.human(), context.paint());
    if (!note.empty() && context.human())
        context.out() << '\n' << printable(note) << '\n';
}

// -ENOENT is all that the kernel says, whether there is no such memcg or none
// of the policies applies to it.
Result<Watched> look_at(Client& client, const Target& target) {
    auto watch = client.watch(target.id);
    if (watch)
        return Watched{watch->id, watch->path, std::move(*watch)};
    if (watch.error().error_number != ENOENT || watch.error().fault != Fault::failed)
        return watch.error();
    const auto memcg = client.memcg(target.id);
    if (memcg && memcg->state == KMEMCGD_STATE_ZOMBIE)
        return Error{.message =
                         fmt::format("{} is a zombie: it has no limit any more", target.name),
                     .hint = fmt::format("kmemcgctl memcg show {}", target.id)};
    if (memcg)
        return Watched{memcg->id, memcg->path, {}};
    if (memcg.error().error_number != ENOENT)
        return memcg.error();
    return Error{.message = fmt::format("there is no memcg with the id {}", target.id),
                 .hint = "kmemcgctl watermark show",
                 .error_number = ENOENT};
}

Result<std::vector<Target>> watched_targets(Client& client, const Pattern& pattern,
                                            std::optional<Listing<Watch>>& all) {
    if (!all) {
        auto list = client.watches();
        if (!list)
            return list.error();
        all = std::move(*list);
    }
    std::vector<Target> targets;
    for (const auto& watch : all->entries) {
        if (pattern.matches(watch.id, watch.path))
            targets.push_back({watch.id, watch.path});
    }
    if (targets.empty())
        return Error{.message = fmt::format("no watched cgroup matches {}", pattern.text()),
                     .hint = "kmemcgctl watermark show lists those that are watched",
                     .error_number = ENOENT};
    return targets;
}

Status gather_all(Client& client, Report& report) {
    auto list = client.watches();
    if (!list)
        return list.error();
    report.complete = !list->interrupted;
    std::set<std::uint64_t> watched;
    for (auto& watch : list->entries) {
        watched.insert(watch.id);
        report.memcgs.push_back({watch.id, watch.path, std::move(watch)});
    }
    // One that is switched off is not watched, but somebody has set it.
    for (const auto& policy : report.policies) {
        if (policy.id && !watched.contains(*policy.id))
            report.memcgs.push_back({*policy.id, policy.path, {}});
    }
    return success();
}

Status gather(const Context& context, Client& client, const std::vector<std::string>& words,
              Report& report) {
    std::optional<Listing<Watch>> all;
    auto targets = find_each(context, words, [&](const Pattern& pattern) {
        return pattern.glob() ? watched_targets(client, pattern, all)
                              : live_targets(context, pattern);
    });
    report.complete = !all || !all->interrupted;
    report.failures = std::move(targets.failures);
    for (const auto& target : targets.found) {
        auto memcg = look_at(client, target);
        if (memcg)
            report.memcgs.push_back(std::move(*memcg));
        else if (concerns_all(memcg.error()))
            return memcg.error();
        else
            report.failures.push_back({target.name, memcg.error()});
    }
    if (report.memcgs.empty() && report.failures.size() == 1)
        return report.failures.front().error;
    return success();
}

Outcome run_show(Context& context, const std::vector<std::string>& words) {
    auto client = context.connect();
    if (!client)
        return client.error();
    auto policies = client->policies();
    if (!policies)
        return policies.error();
    Report report;
    report.policies = std::move(policies->entries);
    report.cgroup_version = client->info().cgroup_version;
    report.page_size_bytes = client->info().page_size_bytes;
    const auto gathered =
        words.empty() ? gather_all(*client, report) : gather(context, *client, words, report);
    if (!gathered)
        return gathered.error();
    std::sort(report.memcgs.begin(), report.memcgs.end(), [](const auto& a, const auto& b) {
        return std::tie(a.path, a.id) < std::tie(b.path, b.id);
    });
    const bool one = report.memcgs.size() == 1 && name_one(context, words);
    if (context.json())
        print_json(context, report);
    else if (one)
        print_detail(context, report, report.memcgs.front());
    else
        print_table(context, report);
    return conclude_listing(context, report.failures, !report.memcgs.empty(), report.complete);
}

} // namespace

void add_watermark_show(Options& watermark, Context& context) {
    watermark.run(context, [](Context& at_run) { return run_show(at_run, {}); });
    auto show = watermark.subcommand(
        "show", "show all that are watched or switched off, or some (the default)");
    auto words = std::make_shared<std::vector<std::string>>();
    show.words("TARGET", *words, targets_meaning, false);
    show.run(context, [words](Context& at_run) { return run_show(at_run, *words); });
}

} // namespace kmemcgd
