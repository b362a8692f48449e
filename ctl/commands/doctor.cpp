// SPDX-License-Identifier: GPL-2.0-only
// What is wrong on this host, with the module or without it.
#include "commands/command.hpp"
#include "commands/options.hpp"
#include "doctor/observe.hpp"
#include "doctor/report.hpp"
#include "render/duration_range.hpp"

#include <memory>

namespace kmemcgd {
namespace {

struct DoctorOptions {
    std::string interval = "0s";
    std::string min_age = "10min";
};

constexpr DurationRange intervals{0, 86'400 * ns_per_s, "0 to 1d"};

// Findings are no errors: the exit code says whether it could look.
Outcome run_doctor(Context& context, const DoctorOptions& options) {
    const auto interval = parse_duration_within(options.interval, intervals);
    if (!interval)
        return about("--interval", interval.error());
    const auto min_age_ns = parse_duration_ns(options.min_age, ns_per_s);
    if (!min_age_ns)
        return about("--min-age", min_age_ns.error());
    const auto seen =
        observe(context, {.interval_ns = static_cast<std::uint64_t>(interval->count()),
                          .min_age_ns = *min_age_ns});
    print_report(context, seen, examine(seen));
    return exit_ok;
}

} // namespace

void add_doctor(Options& options, Context& context) {
    auto wanted = std::make_shared<DoctorOptions>();
    options.text("--interval", wanted->interval, "DURATION",
                 "limits that are hit within it, instead of since they were made (0)");
    options.text("--min-age", wanted->min_age, "DURATION",
                 "age of a cgroup without processes that counts as left over (10min)");
    options.run(context, [wanted](Context& at_run) { return run_doctor(at_run, *wanted); });
}

} // namespace kmemcgd
