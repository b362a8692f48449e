// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"
#include "commands/cgroup_path.hpp"
#include "commands/command.hpp"
#include "commands/diagnose.hpp"
#include "commands/options.hpp"
#include "commands/pressure_summary.hpp"
#include "commands/watch_summary.hpp"
#include "render/histogram.hpp"
#include "render/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct Snapshot {
    Info info;
    Config config;
    Stats stats;
    // What the kernel itself counts (cgroup v2), zombies of every controller.
    std::optional<std::uint64_t> dying_cgroups;
    // Empty when it may not be asked for, or nothing is watched.
    std::optional<WatchSummary> watermarks;
    // Empty when no threshold is set, or the module knows none.
    std::optional<Pressure> pressure;
    std::vector<Finding> findings;
};

// Names cgroups, so not everybody may ask; status is for everybody.
std::optional<WatchSummary> watermarks(Client& client) {
    const auto watches = client.watches();
    if (!watches || watches->entries.empty())
        return std::nullopt;
    return summarize(watches->entries);
}

std::optional<Pressure> pressure(Client& client) {
    auto pressure = client.pressure();
    if (!pressure || pressure->state == KMEMCGD_PRESSURE_OFF)
        return std::nullopt;
    return std::move(*pressure);
}

std::string state_of(const Snapshot& now) {
    if (now.config.at(KMEMCGD_A_CONFIG_ENABLED) == 0)
        return "off";
    return now.stats.running_pass ? "working" : "idle";
}

double cpu_share(const Stats& stats) {
    return stats.since_ns == 0
               ? 0.0
               : static_cast<double>(stats.cpu_ns) / static_cast<double>(stats.since_ns);
}

std::string pins_line(const PinCounts& counts) {
    std::string line;
    for (std::uint32_t pin = 0; pin < counts.size(); ++pin) {
        if (counts[pin] == 0)
            continue;
        const auto name = pin == KMEMCGD_PIN_NONE ? "not yet known" : pin_name(pin);
        line += fmt::format("{}{} {}", line.empty() ? "" : ", ", name, format_count(counts[pin]));
    }
    return line;
}

void print_human(const Context& context, const Snapshot& now) {
    auto& out = context.out();
    const auto paint = context.paint();
    const auto& stats = now.stats;
    const auto row = [&](std::string_view name, const std::string& text) {
        out << paint.bold(fmt::format("{:<11}", name)) << text << '\n';
    };

    const auto state = state_of(now);
    auto shown = state == "off" ? paint.red(state) : paint.green(state);
    if (stats.running_pass)
        shown += fmt::format(" (pass {})", *stats.running_pass);
    row("kmemcgd", fmt::format("{}, version {} on Linux {}, cgroup v{}", shown,
                               printable(now.info.module_version),
                               printable(now.info.kernel_release), now.info.cgroup_version));

    auto zombies = fmt::format("{} left", format_count(stats.left));
    if (const auto pins = pins_line(stats.left_by_pin); !pins.empty())
        zombies += ": " + pins;
    if (now.dying_cgroups)
        zombies +=
            fmt::format("; the kernel counts {} dying cgroups", format_count(*now.dying_cgroups));
    row("zombies", zombies);
    row("freed", fmt::format("{} of {} seen in {}; let go of {} of pages and {} inodes",
                             format_count(stats.freed), format_count(stats.seen),
                             format_duration_ns(stats.since_ns),
                             format_bytes(stats.pages * now.info.page_size_bytes),
                             format_count(stats.inodes)));
    if (stats.last_pass) {
        const auto& pass = *stats.last_pass;
        row("last pass",
            fmt::format("{} ({}): {} visited, {} freed, {} left; took {}, CPU {}", pass.id,
                        reason_name(pass.reason), format_count(pass.visited),
                        format_count(pass.freed), format_count(pass.left),
                        format_duration_ns(pass.duration_ns), format_duration_ns(pass.cpu_ns)));
    }
    row("CPU",
        fmt::format("{} of one CPU (cap {}), {} in all; waited {} for the cap",
                    format_share(cpu_share(stats)),
                    format_permille(now.config.at(KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE)),
                    format_duration_ns(stats.cpu_ns), format_duration_ns(stats.throttled_ns)));
    row("slices", fmt::format("{}; 95 % {}, 99 % {}", format_count(stats.slices),
                              format_percentile(stats.slice_hist, 95),
                              format_percentile(stats.slice_hist, 99)));

    if (now.watermarks)
        row("watermarks", summary_line(*now.watermarks));
    if (now.pressure)
        row("pressure", summary_line(*now.pressure));

    if (now.findings.empty()) {
        out << '\n' << paint.green("nothing is wrong") << '\n';
        return;
    }
    for (const auto& finding : now.findings) {
        const auto label = severity_name(finding.severity);
        const auto coloured = finding.severity == Severity::problem   ? paint.red(label)
                              : finding.severity == Severity::warning ? paint.yellow(label)
                                                                      : paint.faint(label);
        out << fmt::format("\n{}: {}\n  -> {}\n", coloured, printable(finding.text),
                           printable(finding.hint));
    }
}

void print_plain(const Context& context, const Snapshot& now) {
    auto& out = context.out();
    const auto& stats = now.stats;
    const auto row = [&](std::string_view key, const auto& value) {
        out << fmt::format("{}\t{}\n", key, value);
    };
    row("state", state_of(now));
    row("module_version", printable(now.info.module_version));
    row("kernel", printable(now.info.kernel_release));
    row("cgroup_version", now.info.cgroup_version);
    row("left", stats.left);
    for (std::uint32_t pin = 0; pin < stats.left_by_pin.size(); ++pin)
        row("left_by_pin." + pin_name(pin), stats.left_by_pin[pin]);
    if (now.dying_cgroups)
        row("dying_cgroups", *now.dying_cgroups);
    row("seen", stats.seen);
    row("freed", stats.freed);
    row("since_ns", stats.since_ns);
    row("cpu_ns", stats.cpu_ns);
    row("cpu_cap_permille", now.config.at(KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE));
    row("throttled_ns", stats.throttled_ns);
    row("slices", stats.slices);
    if (stats.running_pass)
        row("running_pass", *stats.running_pass);
    if (now.watermarks) {
        row("watched", now.watermarks->watched);
        row("limit_hit", now.watermarks->limit_hit);
    }
    if (now.pressure) {
        row("pressure", pressure_state_name(now.pressure->state));
        row("margin_bytes", now.pressure->margin_bytes);
    }
    for (const auto& finding : now.findings)
        out << fmt::format("{}\t{}\t{}\t{}\n", severity_name(finding.severity), finding.name,
                           printable(finding.text), printable(finding.hint));
}

void print_json(const Context& context, const Snapshot& now) {
    auto document = json_document();
    document["state"] = state_of(now);
    document["module"] = to_json(now.info);
    document["config"] = to_json(now.config);
    document["stats"] = to_json(now.stats);
    document["cpu_share"] = cpu_share(now.stats);
    document["dying_cgroups"] = or_null(now.dying_cgroups);
    document["watermarks"] = now.watermarks ? to_json(*now.watermarks) : Json(nullptr);
    document["pressure"] = now.pressure ? to_json(*now.pressure) : Json(nullptr);
    auto& findings = document["findings"] = Json::array();
    for (const auto& finding : now.findings)
        findings.push_back({{"severity", severity_name(finding.severity)},
                            {"name", finding.name},
                            {"text", finding.text},
                            {"hint", finding.hint}});
    context.print_document(document);
}

} // namespace

Outcome run_status(Context& context) {
    auto client = context.connect();
    if (!client) {
        auto error = client.error();
        const auto dying = dying_cgroups(context);
        if (error.fault == Fault::not_loaded && dying.value_or(0) > 0)
            error.message += fmt::format("; the kernel counts {} dying cgroups that nobody frees",
                                         format_count(*dying));
        return error;
    }
    const auto config = client->config();
    if (!config)
        return config.error();
    const auto stats = client->stats();
    if (!stats)
        return stats.error();
    Snapshot now{client->info(),      *config,           *stats, dying_cgroups(context),
                 watermarks(*client), pressure(*client), {}};
    now.findings = diagnose(client->info(), *config, *stats);
    if (now.watermarks)
        diagnose(*now.watermarks, now.findings);
    if (now.pressure)
        diagnose(*now.pressure, now.findings);
    std::stable_sort(now.findings.begin(), now.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
    if (context.json())
        print_json(context, now);
    else if (context.human())
        print_human(context, now);
    else
        print_plain(context, now);
    return exit_ok;
}

void add_status(Options& options, Context& context) {
    options.run(context, run_status);
}

} // namespace kmemcgd
