// SPDX-License-Identifier: GPL-2.0-only
// How tight the node is, and what each class has given.
#include "client/names.hpp"
#include "metrics/families.hpp"

namespace kmemcgd {
namespace {

constexpr MemberMetric<Pressure> node_values[] = {
    {"kmemcgd_node_margin_bytes",
     "Free memory above the kernel's low watermarks, of the tightest node.",
     &Pressure::margin_bytes, false, 1},
    {"kmemcgd_node_threshold_bytes", "Below this margin memory is taken from classes; 0: never.",
     &Pressure::threshold_bytes, false, 1},
    {"kmemcgd_node_pressure_episodes_total", "Times that the margin fell below the threshold.",
     &Pressure::episodes, true, 1},
    {"kmemcgd_node_pressure_nothing_total", "Times that nobody had any memory to give.",
     &Pressure::nothings, true, 1},
    {"kmemcgd_node_pressure_cpu_seconds_total", "CPU time of taking memory from classes.",
     &Pressure::cpu_ns, true, ns_per_second},
};

} // namespace

void add_pressure_families(const Scrape& scrape, Families& families) {
    if (!scrape.pressure)
        return;
    const auto& pressure = *scrape.pressure;
    for (const auto& value : node_values)
        add_sample(value.add_to(families), value.of(pressure));
    if (pressure.classes.empty())
        return;
    auto& members = add_gauge(families, "kmemcgd_class_cgroups", "Cgroups that have this class.");
    for (const auto& one : pressure.classes)
        add_sample(members, one.memcgs, {{"class", class_name(one.qos_class)}});
    auto& taken = add_counter(families, "kmemcgd_class_reclaimed_bytes_total",
                              "Memory that was taken from cgroups of this class.");
    for (const auto& one : pressure.classes)
        add_sample(taken, static_cast<double>(one.reclaimed_bytes),
                   {{"class", class_name(one.qos_class)}});
}

} // namespace kmemcgd
