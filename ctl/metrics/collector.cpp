// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/collector.hpp"

#include "doctor/text_file.hpp"
#include "host/page_size.hpp"
#include "policy/host.hpp"

#include <prometheus/text_serializer.h>

#include <unistd.h>

namespace kmemcgd {
namespace {

constexpr auto host_default = "default"; // the policy of those without another
constexpr auto no_rule = "other";        // a policy that no rule is for, set by hand

template <class T>
void take(Scrape& scrape, MetricSource source, Result<T> value, std::optional<T>& out) {
    if (value)
        out = std::move(*value);
    else
        scrape.failures.try_emplace(source, std::move(value.error()));
}

} // namespace

void Collector::use(const std::vector<Rule>& rules, bool per_cgroup) {
    std::set<std::string> names{host_default, no_rule};
    for (const auto& rule : rules) {
        if (!rule.opt_out) // its cgroups are not watched
            names.insert(label_text(rule.name));
    }
    const std::lock_guard lock(mutex_);
    rules_ = rules;
    per_cgroup_ = per_cgroup;
    totals_.keep(names);
}

void Collector::use(std::optional<FragTotals> fragmentation) {
    const std::lock_guard lock(fragmentation_mutex_);
    fragmentation_ = std::move(fragmentation);
}

std::optional<FragTotals> Collector::fragmentation() const {
    const std::lock_guard lock(fragmentation_mutex_);
    return fragmentation_;
}

std::string Collector::name_of(const WatermarkPolicy& policy, std::uint32_t cgroup_version) const {
    Candidate cgroup{.id = policy.id.value_or(0), .path = policy.path, .limit_bytes = {}};
    if (!cgroup_root_.empty())
        cgroup.limit_bytes = read_limit(
            cgroup_root_ / std::filesystem::path(policy.path).relative_path(), cgroup_version);
    const auto* rule = rule_for(rules_, cgroup, cgroup_version);
    return rule == nullptr || rule->opt_out ? no_rule : label_text(rule->name);
}

void Collector::ask_watermarks(Client& client, Scrape& scrape) const {
    auto policies = client.policies();
    auto watches = client.watches();
    if (!policies || !watches) {
        scrape.failures[MetricSource::watermarks] =
            watches ? std::move(policies.error()) : std::move(watches.error());
        return;
    }
    std::map<std::uint64_t, std::string> names{{0, host_default}};
    for (const auto& policy : policies->entries) {
        if (policy.id)
            names[*policy.id] = name_of(policy, scrape.info->cgroup_version);
    }
    // One that was deleted between the two questions is in neither.
    for (const auto& watch : watches->entries)
        names.try_emplace(watch.policy_id, no_rule);
    totals_.take(watches->entries, !watches->interrupted,
                 [&](const Watch& watch) -> const std::string& { return names[watch.policy_id]; });
    scrape.policies = std::move(names);
    scrape.totals = totals_.by_policy();
    scrape.watches = std::move(watches->entries);
}

void Collector::ask_module(Scrape& scrape) const {
    auto client = context_->connect();
    if (!client) {
        scrape.failures[MetricSource::module] = client.error();
        scrape.failures[MetricSource::pressure] = client.error();
        scrape.failures[MetricSource::watermarks] = std::move(client.error());
        return;
    }
    scrape.info = client->info();
    take(scrape, MetricSource::module, client->stats(), scrape.stats);
    take(scrape, MetricSource::pressure, client->pressure(), scrape.pressure);
    ask_watermarks(*client, scrape);
}

void Collector::ask_vmstat(Scrape& scrape) const {
    auto vmstat = read_text_file(std::filesystem::path(context_->world->host_root) / "proc/vmstat");
    if (!vmstat) {
        scrape.failures[MetricSource::vmstat] = std::move(vmstat.error());
        return;
    }
    take(scrape, MetricSource::vmstat, parse_direct_reclaim(*vmstat), scrape.direct_reclaim);
    scrape.compaction = parse_compaction(*vmstat);
}

std::vector<prometheus::MetricFamily> Collector::Collect() const {
    const std::lock_guard lock(mutex_);
    Scrape scrape;
    scrape.per_cgroup = per_cgroup_;
    scrape.page_size_bytes = page_bytes();
    ask_module(scrape);
    ask_vmstat(scrape);
    take(scrape, MetricSource::buddyinfo, read_buddyinfo(context_->world->host_root),
         scrape.buddy_zones);
    scrape.fragmentation = fragmentation();
    Families families;
    add_module_families(scrape, families);
    add_watermark_families(scrape, families);
    add_pressure_families(scrape, families);
    add_host_families(scrape, families);
    add_frag_families(scrape, families);
    failures_ = std::move(scrape.failures);
    return families;
}

std::map<MetricSource, Error> Collector::failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
}

std::string exposition(const Collector& collector) {
    return prometheus::TextSerializer().Serialize(collector.Collect());
}

} // namespace kmemcgd
