// SPDX-License-Identifier: GPL-2.0-only
// Gathers all metrics when somebody asks for them, so that nothing gets old here. The
// HTTP server calls it from threads of its own: one scrape at a time, by a connection
// to the module of its own.
#pragma once

#include "commands/command.hpp"
#include "metrics/families.hpp"
#include "policy/rule.hpp"

#include <filesystem>
#include <mutex>
#include <prometheus/collectable.h>

namespace kmemcgd {

class Collector final : public prometheus::Collectable {
public:
    // Of the context it uses what does not change: transport, clock, paths.
    // cgroup_root: to read limits that rules ask for; empty: there are none then.
    Collector(const Context& context, std::filesystem::path cgroup_root)
        : context_(&context), cgroup_root_(std::move(cgroup_root)) {}

    // The rules that give policies their names.
    void use(const std::vector<Rule>& rules, bool per_cgroup);

    // What the daemon knows about large blocks; never waits for a scrape.
    void use(std::optional<FragTotals> fragmentation);

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

    // What the last one could not read.
    [[nodiscard]] std::map<MetricSource, Error> failures() const;

private:
    [[nodiscard]] std::optional<FragTotals> fragmentation() const;
    void ask_module(Scrape& scrape) const;
    void ask_vmstat(Scrape& scrape) const;
    void ask_watermarks(Client& client, Scrape& scrape) const;
    [[nodiscard]] std::string name_of(const WatermarkPolicy& policy,
                                      std::uint32_t cgroup_version) const;

    const Context* context_;
    std::filesystem::path cgroup_root_;
    mutable std::mutex fragmentation_mutex_;
    std::optional<FragTotals> fragmentation_;
    mutable std::mutex mutex_; // for all below
    std::vector<Rule> rules_;
    bool per_cgroup_ = false;
    mutable PolicyTotals totals_;
    mutable std::map<MetricSource, Error> failures_;
};

// The text exposition format.
std::string exposition(const Collector& collector);

} // namespace kmemcgd
