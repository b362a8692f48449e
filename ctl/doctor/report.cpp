// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/report.hpp"

#include "render/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::size_t most_rows = 10; // on a terminal

std::string with_unit(const std::string& name, std::uint64_t value) {
    if (name.ends_with("_bytes"))
        return format_bytes(value);
    if (name.ends_with("_ms"))
        return format_duration_ns(value * ns_per_ms);
    return format_count(value);
}

std::string numbers_line(const Diagnosis& diagnosis) {
    std::string line;
    for (const auto& [name, value] : diagnosis.numbers)
        line += fmt::format("{}{} {}", line.empty() ? "  " : ", ", name, with_unit(name, value));
    return line;
}

void print_groups(std::ostream& out, const std::vector<PathGroup>& groups) {
    for (std::size_t at = 0; at < std::min(groups.size(), most_rows); ++at) {
        const auto& group = groups[at];
        out << fmt::format("  {:>9}  {}", format_count(group.count), printable(group.pattern));
        if (!group.maker.empty())
            out << fmt::format("  ({})", group.maker);
        out << '\n';
    }
    if (groups.size() > most_rows)
        out << fmt::format("  {:>9}  --json has more\n", "...");
}

void print_human(const Context& context, const std::vector<NotSeen>& not_seen,
                 const Diagnoses& found) {
    auto& out = context.out();
    const auto paint = context.paint();
    for (const auto& diagnosis : found) {
        const auto& finding = diagnosis.finding;
        const auto label = severity_name(finding.severity);
        const auto coloured = finding.severity == Severity::problem   ? paint.red(label)
                              : finding.severity == Severity::warning ? paint.yellow(label)
                                                                      : paint.faint(label);
        out << fmt::format("{}: {} [{}]\n", coloured, printable(finding.text), finding.name);
        if (!diagnosis.numbers.empty())
            out << numbers_line(diagnosis) << '\n';
        print_groups(out, diagnosis.groups);
        out << fmt::format("  -> {}\n\n", printable(finding.hint));
    }
    if (found.empty())
        out << paint.green(not_seen.empty() ? "nothing is wrong"
                                            : "nothing is wrong with what could be looked at")
            << '\n';
    if (!not_seen.empty())
        out << paint.bold("could not be looked at:") << '\n';
    for (const auto& gap : not_seen)
        out << fmt::format("  {}: {}\n", gap.what, printable(gap.why));
}

// The first field says what kind of line it is: a severity, or one of these.
void print_plain(const Context& context, const std::vector<NotSeen>& not_seen,
                 const Diagnoses& found) {
    auto& out = context.out();
    for (const auto& diagnosis : found) {
        const auto& finding = diagnosis.finding;
        out << fmt::format("{}\t{}\t{}\t{}\n", severity_name(finding.severity), finding.name,
                           printable(finding.text), printable(finding.hint));
        for (const auto& [name, value] : diagnosis.numbers)
            out << fmt::format("number\t{}\t{}\t{}\n", finding.name, name, value);
        for (const auto& group : diagnosis.groups)
            out << fmt::format("group\t{}\t{}\t{}\t{}\t{}\n", finding.name, group.count,
                               printable(group.pattern), group.maker, printable(group.example));
    }
    for (const auto& gap : not_seen)
        out << fmt::format("not-seen\t{}\t{}\n", gap.what, printable(gap.why));
}

Json to_json(const Diagnosis& diagnosis) {
    const auto& finding = diagnosis.finding;
    Json numbers = Json::object();
    for (const auto& [name, value] : diagnosis.numbers)
        numbers[name] = value;
    Json groups = Json::array();
    for (const auto& group : diagnosis.groups)
        groups.push_back({{"pattern", group.pattern},
                          {"count", group.count},
                          {"maker", or_null(group.maker)},
                          {"example", group.example}});
    return {{"severity", severity_name(finding.severity)},
            {"name", finding.name},
            {"text", finding.text},
            {"hint", finding.hint},
            {"numbers", numbers},
            {"groups", groups}};
}

void print_json(const Context& context, const Observation& seen,
                const std::vector<NotSeen>& not_seen, const Diagnoses& found) {
    auto document = json_document();
    document["module_state"] = state_name(seen.module.state);
    const auto& release = seen.host.kernel_release;
    document["kernel"] = or_null(release);
    document["cgroup_version"] = seen.tree_seen ? Json(seen.tree.version) : Json(nullptr);
    document["memcgs"] = seen.tree_seen ? Json(seen.tree.memcgs()) : Json(nullptr);
    const auto zombies = count_zombies(seen);
    document["zombies"] = or_null(zombies);
    auto& findings = document["findings"] = Json::array();
    for (const auto& diagnosis : found)
        findings.push_back(to_json(diagnosis));
    auto& gaps = document["not_seen"] = Json::array();
    for (const auto& gap : not_seen)
        gaps.push_back({{"what", gap.what}, {"why", gap.why}});
    context.print_document(document);
}

} // namespace

std::vector<NotSeen> all_not_seen(const Observation& seen) {
    auto all = seen.not_seen;
    all.insert(all.end(), seen.host.not_seen.begin(), seen.host.not_seen.end());
    all.insert(all.end(), seen.module.not_seen.begin(), seen.module.not_seen.end());
    return all;
}

void print_report(const Context& context, const Observation& seen, const Diagnoses& found) {
    const auto not_seen = all_not_seen(seen);
    if (context.json())
        print_json(context, seen, not_seen, found);
    else if (context.human())
        print_human(context, not_seen, found);
    else
        print_plain(context, not_seen, found);
}

} // namespace kmemcgd
