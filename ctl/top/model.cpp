// SPDX-License-Identifier: GPL-2.0-only
#include "top/model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kmemcgd {
namespace {

double per_second(double change, std::chrono::nanoseconds time) {
    return change / std::chrono::duration<double>(time).count();
}

const Watch* watch_in(const ModuleSample& module, std::uint64_t id) {
    if (!module.watches)
        return nullptr;
    const auto found = module.watches->find(id);
    return found == module.watches->end() ? nullptr : &found->second;
}

// Watching that began anew began to count anew, and then all that is counted came after
// it. Looks grow with each refresh or not at all, so that they tell when bytes do not.
std::optional<std::uint64_t> taken(const ModuleSample& before, const Watch& now) {
    if (!before.watches)
        return std::nullopt;
    const auto* then = watch_in(before, now.id);
    const bool anew =
        then == nullptr || now.looks < then->looks || now.reclaimed_bytes < then->reclaimed_bytes;
    return anew ? now.reclaimed_bytes : now.reclaimed_bytes - then->reclaimed_bytes;
}

std::optional<double> cpu_share(const ModuleSample& before, const ModuleSample& now) {
    if (!before.stats || !now.stats)
        return std::nullopt;
    // By the module's clock, which a reset of its counters starts anew as well.
    const bool anew =
        now.stats->since_ns < before.stats->since_ns || now.stats->cpu_ns < before.stats->cpu_ns;
    const auto time_ns = now.stats->since_ns - (anew ? 0 : before.stats->since_ns);
    const auto cpu_ns = now.stats->cpu_ns - (anew ? 0 : before.stats->cpu_ns);
    if (time_ns == 0)
        return std::nullopt;
    return static_cast<double>(cpu_ns) / static_cast<double>(time_ns);
}

Row row_of(const MemcgSample& memcg) {
    Row row;
    row.path = memcg.path;
    row.id = memcg.id;
    row.usage_bytes = memcg.usage_bytes;
    row.limit_bytes = memcg.limit_bytes;
    row.pressure = memcg.pressure;
    if (row.usage_bytes && row.limit_bytes)
        row.headroom_bytes =
            *row.limit_bytes > *row.usage_bytes ? *row.limit_bytes - *row.usage_bytes : 0;
    return row;
}

void add_watch(Row& row, const Watch& watch) {
    row.state = watch.state;
    row.fill_per_s = static_cast<std::int64_t>(
        std::min<std::uint64_t>(watch.fill_rate, std::numeric_limits<std::int64_t>::max()));
    if (watch.base_bytes > 0)
        row.high_bytes = watch.high_bytes;
}

} // namespace

Frame Model::update(Sample now) {
    Frame frame;
    frame.when = now.when;
    frame.cgroup_version = now.cgroup_version;
    frame.host = now.host;
    frame.module_state = now.module.state;
    frame.module_error = now.module.error;
    frame.module_version = now.module.version;
    frame.watches_seen = now.module.watches.has_value();
    frame.not_seen = now.not_seen;
    // Two at the same time say nothing of what changes.
    if (before_ && now.at > before_->at)
        frame.since = now.at - before_->at;
    if (frame.since)
        frame.cpu_share = cpu_share(before_->module, now.module);
    std::unordered_map<std::uint64_t, std::size_t> index;
    for (const auto& memcg : now.memcgs) {
        auto row = row_of(memcg);
        const auto* watch = watch_in(now.module, memcg.id);
        const auto found = index_.find(memcg.id);
        // One that got the number of another has another path.
        const auto* then = frame.since && found != index_.end() &&
                                   before_->memcgs[found->second].path == memcg.path
                               ? &before_->memcgs[found->second]
                               : nullptr;
        if (watch != nullptr)
            add_watch(row, *watch);
        else if (then != nullptr && row.usage_bytes && then->usage_bytes)
            row.fill_per_s = std::llround(per_second(static_cast<double>(*row.usage_bytes) -
                                                         static_cast<double>(*then->usage_bytes),
                                                     *frame.since));
        if (watch != nullptr && then != nullptr)
            row.taken_bytes = taken(before_->module, *watch);
        if (row.taken_bytes)
            row.taken_per_s = static_cast<std::uint64_t>(
                std::llround(per_second(static_cast<double>(*row.taken_bytes), *frame.since)));
        index.emplace(memcg.id, frame.rows.size());
        frame.rows.push_back(std::move(row));
    }
    before_ = std::move(now);
    index_ = std::move(index);
    return frame;
}

} // namespace kmemcgd
