// SPDX-License-Identifier: GPL-2.0-only
#include "commands/pressure_summary.hpp"

#include "client/names.hpp"
#include "render/units.hpp"

#include <fmt/format.h>

namespace kmemcgd {

std::string summary_line(const Pressure& pressure) {
    const auto margin = format_bytes(pressure.margin_bytes);
    const auto threshold = format_bytes(pressure.threshold_bytes);
    switch (pressure.state) {
    case KMEMCGD_PRESSURE_OFF:
        return "off: no threshold is set; kmemcgctl config set node_free=512M, or "
               "node_free_permille=4%";
    case KMEMCGD_PRESSURE_CALM:
        return fmt::format("calm: node {} has {} to spare, and gets more below {}", pressure.node,
                           margin, threshold);
    case KMEMCGD_PRESSURE_RECLAIMING:
        return fmt::format("node {} is short: {} to spare, below {}; memory is taken up to {}",
                           pressure.node, margin, threshold, format_bytes(pressure.goal_bytes));
    case KMEMCGD_PRESSURE_NOTHING:
        return fmt::format("node {} is short: {} to spare, below {}; nobody has any to give "
                           "(kmemcgctl qos show)",
                           pressure.node, margin, threshold);
    default:
        return pressure_state_name(pressure.state);
    }
}

void diagnose(const Pressure& pressure, std::vector<Finding>& findings) {
    if (pressure.state != KMEMCGD_PRESSURE_NOTHING)
        return;
    findings.push_back(
        {Severity::warning, "node-short",
         fmt::format("node {} is short of memory, and nobody with a class has any to give",
                     pressure.node),
         "kmemcgctl qos show: requests that are too large, or cgroups that have no class"});
}

} // namespace kmemcgd
