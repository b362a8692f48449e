// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"
#include "commands/change_each.hpp"
#include "commands/options.hpp"
#include "commands/qos_values.hpp"
#include "render/table.hpp"

#include <memory>
#include <tuple>

namespace kmemcgd {
namespace {

using Words = std::vector<std::string>;

struct Report {
    std::vector<Qos> memcgs;
    std::vector<Failure> failures;
    bool complete = true;
};

// As the module would take from them: those that have none to give now come last.
void sort_as_taken(std::vector<Qos>& memcgs) {
    const auto rank = [](const Qos& qos) {
        return std::tuple(qos.state != KMEMCGD_QOS_OVER, qos.qos_class, ~qos.overuse_permille,
                          std::string_view(qos.path), qos.id);
    };
    std::sort(memcgs.begin(), memcgs.end(),
              [&](const Qos& a, const Qos& b) { return rank(a) < rank(b); });
}

std::string note_on(const Qos& qos) {
    switch (qos.state) {
    case KMEMCGD_QOS_BELOW:
        return "nothing is taken from it itself: something below it has a class of its own, and "
               "gives instead";
    case KMEMCGD_QOS_STUCK:
        return "nothing of it could be reclaimed, so that it is left alone for a while: it holds "
               "anonymous memory that may not be swapped out, or memory that is protected below it";
    default:
        return {};
    }
}

Json memcg_json(const Qos& qos) {
    auto json = to_json(qos);
    const auto note = note_on(qos);
    json["note"] = or_null(note);
    return json;
}

void print_detail(const Context& context, const Qos& qos, std::uint32_t page_size_bytes) {
    Table table({{"MEMCG", "name"}, {std::to_string(qos.id), "value"}, {"MEANING", "meaning"}});
    const auto row = [&](std::string_view name, Cell value, std::string_view what) {
        table.add({text_cell(name), std::move(value), text_cell(what)});
    };
    if (!context.human())
        row("id", text_cell(std::to_string(qos.id)), "cgroup id");
    row("path", text_cell(qos.path), "from the root of the hierarchy");
    row("class", {class_name(qos.qos_class), std::to_string(qos.qos_class)},
        "the lowest gives first");
    row("request_bytes", qos.request_bytes == 0 ? Cell{"-", "0"} : bytes_cell(qos.request_bytes),
        "what it asked for");
    row("request_ratio",
        {qos.request_ratio == 0 ? "-" : fmt::format("{} %", qos.request_ratio),
         std::to_string(qos.request_ratio)},
        "the same, of its limit");
    row("swap", {qos.swap != 0 ? "yes" : "no", std::to_string(qos.swap)},
        "anonymous memory is swapped out as well");
    row("state", text_cell(qos_state_name(qos.state)), "whether it has any to give");
    for (const auto& field : qos_fields()) {
        auto value = measured_cell(qos.*(field.member), field.measure, page_size_bytes);
        if (field.measure == Measure::permille)
            value.human = overuse_text(qos);
        row(field.name, std::move(value), field.what);
    }
    const auto note = note_on(qos);
    if (!note.empty() && !context.human())
        row("note", text_cell(note), "");
    table.print(context.out(), context.human(), context.paint());
    if (!note.empty() && context.human())
        context.out() << '\n' << note << '\n';
}

// Who gives in its place: the nearest above it, which stands for all below.
const Qos* standing_for(const std::vector<Qos>& all, const std::string& path) {
    const Qos* best = nullptr;
    for (const auto& qos : all) {
        const bool above = path.size() > qos.path.size() && !qos.path.empty() &&
                           path.starts_with(qos.path) && path[qos.path.size()] == '/';
        if (above && (best == nullptr || qos.path.size() > best->path.size()))
            best = &qos;
    }
    return best;
}

// -ENOENT is all that the kernel says, whether there is no such memcg or no class.
Error why_none(Client& client, const Target& target) {
    const auto memcg = client.memcg(target.id);
    if (!memcg && memcg.error().error_number != ENOENT)
        return memcg.error();
    if (!memcg)
        return {.message = fmt::format("there is no memcg with the id {}", target.id),
                .hint = "kmemcgctl qos show",
                .error_number = ENOENT};
    const auto all = client.classes();
    const auto* instead = all ? standing_for(all->entries, memcg->path) : nullptr;
    return {.message = fmt::format("no class is set for {}", target.name),
            .hint = instead != nullptr
                        ? fmt::format("it is part of {}, which is {}", instead->path,
                                      class_name(instead->qos_class))
                        : fmt::format("nothing is taken from it; to change that: kmemcgctl qos set "
                                      "{} --class burstable",
                                      target.name),
            .error_number = ENOENT};
}

Result<Qos> look_at(Client& client, const Target& target) {
    auto qos = client.qos(target.id);
    if (!qos && qos.error().error_number == ENOENT && qos.error().fault == Fault::failed)
        return why_none(client, target);
    return qos;
}

Status gather_all(Client& client, Report& report) {
    auto list = client.classes();
    if (!list)
        return list.error();
    report.complete = !list->interrupted;
    report.memcgs = std::move(list->entries);
    return success();
}

Status gather(const Context& context, Client& client, const Words& words, Report& report) {
    std::optional<Report> all;
    auto targets =
        find_each(context, words, [&](const Pattern& pattern) -> Result<std::vector<Target>> {
            if (!pattern.glob())
                return live_targets(context, pattern);
            if (!all) {
                Report listed;
                if (const auto gathered = gather_all(client, listed); !gathered)
                    return gathered.error();
                report.complete = listed.complete;
                all = std::move(listed);
            }
            return among(all->memcgs, pattern, "class", "kmemcgctl qos show lists those with one");
        });
    report.failures = std::move(targets.failures);
    for (const auto& target : targets.found) {
        auto qos = look_at(client, target);
        if (qos) {
            report.memcgs.push_back(std::move(*qos));
            continue;
        }
        if (concerns_all(qos.error()))
            return qos.error();
        report.failures.push_back({target.name, qos.error()});
    }
    if (report.memcgs.empty() && report.failures.size() == 1)
        return report.failures.front().error;
    return success();
}

void print_json(const Context& context, const Report& report) {
    auto document = json_document();
    document["complete"] = report.complete;
    auto& list = document["classes"] = Json::array();
    for (const auto& qos : report.memcgs)
        list.push_back(memcg_json(qos));
    document["failures"] = to_json(report.failures);
    context.print_document(document);
}

Outcome run_show(Context& context, const Words& words) {
    auto client = context.connect();
    if (!client)
        return client.error();
    Report report;
    const auto gathered =
        words.empty() ? gather_all(*client, report) : gather(context, *client, words, report);
    if (!gathered)
        return gathered.error();
    sort_as_taken(report.memcgs);
    const bool one = report.memcgs.size() == 1 && name_one(context, words);
    if (context.json())
        print_json(context, report);
    else if (one)
        print_detail(context, report.memcgs.front(), client->info().page_size_bytes);
    else if (report.memcgs.empty() && context.human())
        context.out() << "no cgroup has a class: nothing is taken from any when the node runs "
                         "short; kmemcgctl qos set changes that\n";
    else
        print_classes(context, report.memcgs);
    return conclude_listing(context, report.failures, !report.memcgs.empty(), report.complete);
}

} // namespace

void add_qos_show(Options& qos, Context& context) {
    qos.run(context, [](Context& at_run) { return run_show(at_run, {}); });
    auto show = qos.subcommand(
        "show", "show all with a class, those that give first on top, or some (the default)");
    auto words = std::make_shared<Words>();
    show.words("TARGET", *words, targets_meaning, false);
    show.run(context, [words](Context& at_run) { return run_show(at_run, *words); });
}

} // namespace kmemcgd
