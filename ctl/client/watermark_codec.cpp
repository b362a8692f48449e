// SPDX-License-Identifier: GPL-2.0-only
#include "client/connection.hpp"
#include "client/reader.hpp"

namespace kmemcgd {
namespace {

using M = Measure;

constexpr CounterField<Watch> watch_table[] = {
    {KMEMCGD_A_WATCH_USAGE_BYTES, "usage_bytes", &Watch::usage_bytes, M::bytes, "charged to it"},
    {KMEMCGD_A_WATCH_BASE_BYTES, "base_bytes", &Watch::base_bytes, M::bytes,
     "its limit; 0: it has none"},
    {KMEMCGD_A_WATCH_HIGH_BYTES, "high_bytes", &Watch::high_bytes, M::bytes,
     "above this, the daemon reclaims"},
    {KMEMCGD_A_WATCH_LOW_BYTES, "low_bytes", &Watch::low_bytes, M::bytes, "down to this"},
    {KMEMCGD_A_WATCH_LEARNED_BYTES, "learned_bytes", &Watch::learned_bytes, M::bytes,
     "both marks are lower by this, because it fills fast"},
    {KMEMCGD_A_WATCH_HEADROOM_BYTES, "headroom_bytes", &Watch::headroom_bytes, M::bytes,
     "from the usage to the limit"},
    {KMEMCGD_A_WATCH_FILL_RATE, "fill_rate", &Watch::fill_rate, M::bytes_per_s, "bytes per second"},
    {KMEMCGD_A_WATCH_NEXT_US, "next_us", &Watch::next_us, M::microseconds, "until the next look"},
    {KMEMCGD_A_WATCH_LOOKS, "looks", &Watch::looks, M::count, "times that it was looked at"},
    {KMEMCGD_A_WATCH_RECLAIMED_BYTES, "reclaimed_bytes", &Watch::reclaimed_bytes, M::bytes,
     "taken from it"},
    {KMEMCGD_A_WATCH_CPU_NS, "cpu_ns", &Watch::cpu_ns, M::nanoseconds, "CPU time for that"},
    {KMEMCGD_A_WATCH_TRIGGERED, "triggered", &Watch::triggered, M::count,
     "times that it was above the high mark"},
    {KMEMCGD_A_WATCH_LIMIT_HIT, "limit_hit", &Watch::limit_hit, M::count,
     "times that it hit its limit"},
};

} // namespace

std::span<const CounterField<Watch>> watch_fields() {
    return watch_table;
}

Result<WatermarkPolicy> decode_policy(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    WatermarkPolicy policy;
    reader.maybe(KMEMCGD_A_WMARK_ID, "watermark id", policy.id);
    reader.u32(KMEMCGD_A_WMARK_RATIO, "ratio", policy.ratio);
    reader.u32(KMEMCGD_A_WMARK_SCALE_FACTOR, "scale_factor", policy.scale_factor);
    reader.u64(KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES, "high_headroom_bytes",
               policy.high_headroom_bytes);
    reader.u64(KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES, "low_headroom_bytes", policy.low_headroom_bytes);
    reader.u32(KMEMCGD_A_WMARK_SWAP, "swap", policy.swap);
    reader.maybe(KMEMCGD_A_WMARK_SWAPPINESS, "swappiness", policy.swappiness);
    if (const auto* path = attributes->find(KMEMCGD_A_WMARK_PATH))
        policy.path = path->string();
    return reader.finish(policy);
}

Result<Watch> decode_watch(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Watch watch;
    reader.u64(KMEMCGD_A_WATCH_ID, "watch id", watch.id);
    reader.u64(KMEMCGD_A_WATCH_POLICY_ID, "policy id", watch.policy_id);
    reader.u32(KMEMCGD_A_WATCH_STATE, "watch state", watch.state);
    reader.counters(watch_fields(), watch);
    reader.maybe(KMEMCGD_A_WATCH_LAST_HIT_MS, "last_hit_ms", watch.last_hit_ms);
    if (const auto* path = attributes->find(KMEMCGD_A_WATCH_PATH))
        watch.path = path->string();
    return reader.finish(watch);
}

void put_change(Request& request, const WatermarkChange& change) {
    if (change.ratio)
        request.put_u32(KMEMCGD_A_WMARK_RATIO, *change.ratio);
    if (change.scale_factor)
        request.put_u32(KMEMCGD_A_WMARK_SCALE_FACTOR, *change.scale_factor);
    if (change.high_headroom_bytes)
        request.put_u64(KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES, *change.high_headroom_bytes);
    if (change.low_headroom_bytes)
        request.put_u64(KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES, *change.low_headroom_bytes);
    if (change.swap)
        request.put_u32(KMEMCGD_A_WMARK_SWAP, *change.swap);
    if (change.swappiness)
        request.put_u32(KMEMCGD_A_WMARK_SWAPPINESS, *change.swappiness);
}

const Watch* watch_of(const Event& event) {
    return std::visit(
        [](const auto& kind) -> const Watch* {
            if constexpr (requires { kind.watch; })
                return &kind.watch;
            else
                return nullptr;
        },
        event);
}

} // namespace kmemcgd
