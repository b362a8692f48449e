// SPDX-License-Identifier: GPL-2.0-only
// Large blocks, where the daemon has a rule for them.
#include "metrics/families.hpp"

#include <limits>

namespace kmemcgd {
namespace {

// Prometheus has a word for what does not come to pass.
double seconds_of(const std::optional<double>& seconds) {
    return seconds.value_or(std::numeric_limits<double>::infinity());
}

void add_reading(const FragReading& reading, const MetricLabels& order, Families& families) {
    auto& states = add_gauge(families, "kmemcgd_fragmentation_state",
                             "1 for the state that free blocks are in, 0 for the others.");
    for (std::size_t at = 0; at < frag_states; ++at) {
        const auto state = static_cast<FragState>(at);
        auto labels = order;
        labels.push_back({"state", std::string(state_name(state))});
        add_sample(states, state == reading.state ? 1 : 0, std::move(labels));
    }
    add_sample(add_gauge(families, "kmemcgd_fragmentation_free_blocks",
                         "Free blocks of the order that is watched; larger ones are several."),
               static_cast<double>(reading.blocks), order);
    add_sample(add_gauge(families, "kmemcgd_fragmentation_low_in_seconds",
                         "Time until there are fewer than wanted, at the present rate."),
               seconds_of(reading.until_min_s), order);
    add_sample(add_gauge(families, "kmemcgd_fragmentation_exhausted_in_seconds",
                         "Time until there are none, at the present rate."),
               seconds_of(reading.until_none_s), order);
}

} // namespace

void add_frag_families(const Scrape& scrape, Families& families) {
    if (!scrape.fragmentation)
        return;
    const auto& totals = *scrape.fragmentation;
    const MetricLabels order{{"order", std::to_string(totals.order)}};
    add_sample(
        add_gauge(families, "kmemcgd_fragmentation_min_blocks", "Free blocks that are wanted."),
        static_cast<double>(totals.min_blocks), order);
    if (totals.reading)
        add_reading(*totals.reading, order, families);
    auto& reliefs = add_counter(families, "kmemcgd_reliefs_total",
                                "Reliefs of fragmentation by how they ended.");
    for (const auto& [result, count] : totals.reliefs)
        add_sample(reliefs, static_cast<double>(count), {{"result", std::string(result)}});
    auto& gained = add_counter(families, "kmemcgd_relief_gained_blocks_total",
                               "Free blocks that there were more of after a step of a relief.");
    for (const auto& [step, blocks] : totals.gained)
        add_sample(gained, static_cast<double>(blocks), {{"step", std::string(step)}});
}

} // namespace kmemcgd
