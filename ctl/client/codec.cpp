// SPDX-License-Identifier: GPL-2.0-only
#include "client/codec.hpp"

#include "client/config_fields.hpp"
#include "client/names.hpp"
#include "client/reader.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using M = Measure;

constexpr CounterField<Stats> stats_table[] = {
    {KMEMCGD_A_STATS_SINCE_NS, "since_ns", &Stats::since_ns, M::nanoseconds,
     "since the last reset, or the load"},
    {KMEMCGD_A_STATS_OFFLINED, "offlined", &Stats::offlined, M::count, "cgroups removed"},
    {KMEMCGD_A_STATS_RELEASED, "released", &Stats::released, M::count, "cgroups released"},
    {KMEMCGD_A_STATS_SEEN, "seen", &Stats::seen, M::count, "zombies visited at least once"},
    {KMEMCGD_A_STATS_FREED, "freed", &Stats::freed, M::count, "of those, released"},
    {KMEMCGD_A_STATS_LEFT, "left", &Stats::left, M::count, "zombies there at the last look"},
    {KMEMCGD_A_STATS_TRACKED, "tracked", &Stats::tracked, M::count,
     "zombies that state is kept for"},
    {KMEMCGD_A_STATS_UNTRACKED, "untracked", &Stats::untracked, M::count,
     "zombies that no state is kept for"},
    {KMEMCGD_A_STATS_VISITS, "visits", &Stats::visits, M::count, "visits of zombies"},
    {KMEMCGD_A_STATS_BACKOFFS, "backoffs", &Stats::backoffs, M::count, "visits put off"},
    {KMEMCGD_A_STATS_PAGES, "pages", &Stats::pages, M::pages, "pages let go of"},
    {KMEMCGD_A_STATS_INODES, "inodes", &Stats::inodes, M::count, "inodes evicted"},
    {KMEMCGD_A_STATS_WB_CLEANUPS, "wb_cleanups", &Stats::wb_cleanups, M::count,
     "cleanups or sweeps of inodes"},
    {KMEMCGD_A_STATS_STOCK_DRAINS, "stock_drains", &Stats::stock_drains, M::count,
     "charge stocks drained"},
    {KMEMCGD_A_STATS_SLICES, "slices", &Stats::slices, M::count, "slices of work"},
    {KMEMCGD_A_STATS_PASSES, "passes", &Stats::passes, M::count, "passes"},
    {KMEMCGD_A_STATS_WAKEUPS, "wakeups", &Stats::wakeups, M::count, "times a thread went to work"},
    {KMEMCGD_A_STATS_CPU_NS, "cpu_ns", &Stats::cpu_ns, M::nanoseconds, "CPU time of the threads"},
    {KMEMCGD_A_STATS_THROTTLED_NS, "throttled_ns", &Stats::throttled_ns, M::nanoseconds,
     "slept for the CPU cap"},
    {KMEMCGD_A_STATS_EVENTS_LOST, "events_lost", &Stats::events_lost, M::count,
     "events not delivered"},
};

constexpr CounterField<Pass> pass_table[] = {
    {KMEMCGD_A_PASS_DURATION_NS, "duration_ns", &Pass::duration_ns, M::nanoseconds, "duration"},
    {KMEMCGD_A_PASS_CPU_NS, "cpu_ns", &Pass::cpu_ns, M::nanoseconds, "CPU time"},
    {KMEMCGD_A_PASS_VISITED, "visited", &Pass::visited, M::count, "zombies visited"},
    {KMEMCGD_A_PASS_FREED, "freed", &Pass::freed, M::count, "zombies released"},
    {KMEMCGD_A_PASS_LEFT, "left", &Pass::left, M::count, "zombies left"},
    {KMEMCGD_A_PASS_PAGES, "pages", &Pass::pages, M::pages, "pages let go of"},
    {KMEMCGD_A_PASS_INODES, "inodes", &Pass::inodes, M::count, "inodes evicted"},
};

Result<Capability> decode_capability(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Capability capability;
    reader.string(KMEMCGD_A_CAP_NAME, "capability name", capability.name);
    reader.flag(KMEMCGD_A_CAP_PRESENT, "capability present", capability.present);
    reader.flag(KMEMCGD_A_CAP_REQUIRED, "capability required", capability.required);
    reader.string(KMEMCGD_A_CAP_PURPOSE, "capability purpose", capability.purpose);
    if (const auto* reason = attributes->find(KMEMCGD_A_CAP_REASON))
        capability.reason = reason->string();
    return reader.finish(capability);
}

Result<PinCounts> decode_pins(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    PinCounts counts{};
    for (std::uint32_t pin = 0; pin < counts.size(); ++pin)
        reader.u32(static_cast<int>(pin) + 1, pin_names()[pin], counts[pin]);
    return reader.finish(counts);
}

Result<Pass> decode_pass(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Pass pass;
    reader.u64(KMEMCGD_A_PASS_ID, "pass id", pass.id);
    reader.u32(KMEMCGD_A_PASS_REASON, "pass reason", pass.reason);
    reader.counters(pass_fields(), pass);
    return reader.finish(pass);
}

template <class T>
Result<Event> watch_event(Bytes bytes) {
    auto watch = decode_watch(bytes);
    if (!watch)
        return watch.error();
    return Event{T{std::move(*watch)}};
}

} // namespace

std::span<const CounterField<Stats>> stats_fields() {
    return stats_table;
}

std::span<const CounterField<Pass>> pass_fields() {
    return pass_table;
}

Result<Info> decode_info(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Info info;
    reader.u32(KMEMCGD_A_INFO_PROTOCOL, "protocol", info.protocol);
    reader.string(KMEMCGD_A_INFO_MODULE_VERSION, "module version", info.module_version);
    reader.string(KMEMCGD_A_INFO_KERNEL_RELEASE, "kernel release", info.kernel_release);
    reader.u32(KMEMCGD_A_INFO_CGROUP_VERSION, "cgroup version", info.cgroup_version);
    reader.u32(KMEMCGD_A_INFO_PAGE_SIZE, "page size", info.page_size_bytes);
    for (const auto& attribute : attributes->all()) {
        if (attribute.type != KMEMCGD_A_INFO_CAPABILITY)
            continue;
        auto capability = decode_capability(attribute.payload);
        if (!capability)
            return capability.error();
        info.capabilities.push_back(std::move(*capability));
    }
    return reader.finish(info);
}

Result<Config> decode_config(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Config config;
    for (const auto& field : config_fields())
        reader.u32(field.attribute, field.name, config.values.at(field.attribute));
    return reader.finish(config);
}

Result<Memcg> decode_memcg(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Memcg memcg;
    reader.u64(KMEMCGD_A_MEMCG_ID, "memcg id", memcg.id);
    reader.u32(KMEMCGD_A_MEMCG_STATE, "memcg state", memcg.state);
    if (const auto* path = attributes->find(KMEMCGD_A_MEMCG_PATH))
        memcg.path = path->string();
    std::optional<std::uint32_t> pin;
    reader.maybe(KMEMCGD_A_MEMCG_PIN, "memcg pin", pin);
    memcg.pin = pin.value_or(KMEMCGD_PIN_NONE);
    reader.maybe(KMEMCGD_A_MEMCG_AGE_MS, "memcg age", memcg.age_ms);
    reader.maybe(KMEMCGD_A_MEMCG_MEMORY_BYTES, "memcg memory", memcg.memory_bytes);
    reader.maybe(KMEMCGD_A_MEMCG_SWAP_BYTES, "memcg swap", memcg.swap_bytes);
    reader.maybe(KMEMCGD_A_MEMCG_FILE_BYTES, "memcg file", memcg.file_bytes);
    reader.maybe(KMEMCGD_A_MEMCG_ANON_BYTES, "memcg anon", memcg.anon_bytes);
    reader.maybe(KMEMCGD_A_MEMCG_REFS, "memcg refs", memcg.refs);
    reader.maybe(KMEMCGD_A_MEMCG_CHILDREN, "memcg children", memcg.children);
    reader.maybe(KMEMCGD_A_MEMCG_TRIES, "memcg tries", memcg.tries);
    reader.maybe(KMEMCGD_A_MEMCG_NEXT_MS, "memcg next", memcg.next_ms);
    return reader.finish(memcg);
}

Result<Stats> decode_stats(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Stats stats;
    reader.counters(stats_fields(), stats);
    reader.histogram(KMEMCGD_A_STATS_SLICE_HIST, "slice histogram", stats.slice_hist);
    reader.histogram(KMEMCGD_A_STATS_RESCHED_HIST, "resched histogram", stats.resched_hist);
    reader.maybe(KMEMCGD_A_STATS_RUNNING_PASS, "running pass", stats.running_pass);
    reader.maybe(KMEMCGD_A_STATS_ZOMBIE_PAGES, "zombie pages", stats.zombie_pages);
    reader.maybe(KMEMCGD_A_STATS_WATERMARK_PAGES, "watermark pages", stats.watermark_pages);
    reader.maybe(KMEMCGD_A_STATS_NODE_PAGES, "node pages", stats.node_pages);

    const auto* pins = attributes->find(KMEMCGD_A_STATS_LEFT_BY_PIN);
    if (pins == nullptr)
        return missing_attribute("left by pin");
    const auto counts = decode_pins(pins->payload);
    if (!counts)
        return counts.error();
    stats.left_by_pin = *counts;

    if (const auto* last = attributes->find(KMEMCGD_A_STATS_LAST_PASS)) {
        const auto pass = decode_pass(last->payload);
        if (!pass)
            return pass.error();
        stats.last_pass = *pass;
    }
    return reader.finish(stats);
}

Result<std::uint64_t> decode_reap(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    return attributes->u64(KMEMCGD_A_REAP_PASS, "reap pass");
}

Result<Event> decode_event(std::uint8_t command, Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    switch (command) {
    case KMEMCGD_CMD_PASS_BEGIN_NTF: {
        PassBegin begin;
        reader.u64(KMEMCGD_A_PASS_ID, "pass id", begin.id);
        reader.u32(KMEMCGD_A_PASS_REASON, "pass reason", begin.reason);
        return reader.finish(Event{begin});
    }
    case KMEMCGD_CMD_PASS_END_NTF: {
        const auto pass = decode_pass(bytes);
        if (!pass)
            return pass.error();
        return Event{PassEnd{*pass}};
    }
    case KMEMCGD_CMD_FREED_NTF: {
        Freed freed;
        reader.u64(KMEMCGD_A_FREED_COUNT, "freed count", freed.count);
        reader.u64(KMEMCGD_A_FREED_TOTAL, "freed total", freed.total);
        return reader.finish(Event{freed});
    }
    case KMEMCGD_CMD_CONFIG_NTF: {
        const auto config = decode_config(bytes);
        if (!config)
            return config.error();
        return Event{ConfigChanged{*config}};
    }
    case KMEMCGD_CMD_RECLAIM_BEGIN_NTF:
        return watch_event<ReclaimBegin>(bytes);
    case KMEMCGD_CMD_RECLAIM_END_NTF:
        return watch_event<ReclaimEnd>(bytes);
    case KMEMCGD_CMD_NOT_CONVERGED_NTF:
        return watch_event<NotConverged>(bytes);
    case KMEMCGD_CMD_PRESSURE_NTF: {
        auto pressure = decode_pressure(bytes);
        if (!pressure)
            return pressure.error();
        return Event{PressureChanged{std::move(*pressure)}};
    }
    default:
        return malformed(fmt::format("event with the unknown command {}", command));
    }
}

} // namespace kmemcgd
