// SPDX-License-Identifier: GPL-2.0-only
#include "client/connection.hpp"
#include "client/reader.hpp"

namespace kmemcgd {
namespace {

using M = Measure;

constexpr CounterField<Qos> qos_table[] = {
    {KMEMCGD_A_QOS_USAGE_BYTES, "usage_bytes", &Qos::usage_bytes, M::bytes, "charged to it"},
    {KMEMCGD_A_QOS_PROTECTED_BYTES, "protected_bytes", &Qos::protected_bytes, M::bytes,
     "what is left to it: the largest of its requests, memory.low and memory.min"},
    {KMEMCGD_A_QOS_OVERUSE_PERMILLE, "overuse_permille", &Qos::overuse_permille, M::permille,
     "what it uses beyond that, of that"},
    {KMEMCGD_A_QOS_RECLAIMED_BYTES, "reclaimed_bytes", &Qos::reclaimed_bytes, M::bytes,
     "taken from it since it has a class"},
    {KMEMCGD_A_QOS_CPU_NS, "cpu_ns", &Qos::cpu_ns, M::nanoseconds, "CPU time for that"},
};

constexpr CounterField<Pressure> pressure_table[] = {
    {KMEMCGD_A_PRESSURE_MARGIN_BYTES, "margin_bytes", &Pressure::margin_bytes, M::bytes,
     "free memory above the kernel's low watermarks"},
    {KMEMCGD_A_PRESSURE_THRESHOLD_BYTES, "threshold_bytes", &Pressure::threshold_bytes, M::bytes,
     "below this, memory is taken"},
    {KMEMCGD_A_PRESSURE_GOAL_BYTES, "goal_bytes", &Pressure::goal_bytes, M::bytes, "up to this"},
    {KMEMCGD_A_PRESSURE_FILL_RATE, "fill_rate", &Pressure::fill_rate, M::bytes_per_s,
     "how fast the margin falls"},
    {KMEMCGD_A_PRESSURE_EPISODES, "episodes", &Pressure::episodes, M::count,
     "times that it fell below the threshold"},
    {KMEMCGD_A_PRESSURE_NOTHINGS, "nothings", &Pressure::nothings, M::count,
     "times that nobody had any to give"},
    {KMEMCGD_A_PRESSURE_RECLAIMED_BYTES, "reclaimed_bytes", &Pressure::reclaimed_bytes, M::bytes,
     "taken in all"},
    {KMEMCGD_A_PRESSURE_CPU_NS, "cpu_ns", &Pressure::cpu_ns, M::nanoseconds, "CPU time for that"},
};

constexpr CounterField<ClassTotals> class_table[] = {
    {KMEMCGD_A_CLASS_SLICES, "slices", &ClassTotals::slices, M::count, "slices of work"},
    {KMEMCGD_A_CLASS_RECLAIMED_BYTES, "reclaimed_bytes", &ClassTotals::reclaimed_bytes, M::bytes,
     "taken from those that had it"},
};

Result<ClassTotals> decode_class(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    ClassTotals totals;
    reader.u32(KMEMCGD_A_CLASS_CLASS, "class", totals.qos_class);
    reader.u32(KMEMCGD_A_CLASS_MEMCGS, "memcgs", totals.memcgs);
    reader.counters(class_fields(), totals);
    return reader.finish(totals);
}

} // namespace

std::span<const CounterField<Qos>> qos_fields() {
    return qos_table;
}

std::span<const CounterField<Pressure>> pressure_fields() {
    return pressure_table;
}

std::span<const CounterField<ClassTotals>> class_fields() {
    return class_table;
}

Result<Qos> decode_qos(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Qos qos;
    reader.u64(KMEMCGD_A_QOS_ID, "qos id", qos.id);
    reader.u32(KMEMCGD_A_QOS_CLASS, "class", qos.qos_class);
    reader.u64(KMEMCGD_A_QOS_REQUEST_BYTES, "request_bytes", qos.request_bytes);
    reader.u32(KMEMCGD_A_QOS_REQUEST_RATIO, "request_ratio", qos.request_ratio);
    reader.u32(KMEMCGD_A_QOS_SWAP, "swap", qos.swap);
    reader.u32(KMEMCGD_A_QOS_STATE, "qos state", qos.state);
    reader.counters(qos_fields(), qos);
    // One that is gone, or whose path is too long for a message, has none.
    if (const auto* path = attributes->find(KMEMCGD_A_QOS_PATH))
        qos.path = path->string();
    return reader.finish(qos);
}

Result<Pressure> decode_pressure(Bytes bytes) {
    const auto attributes = Attributes::parse(bytes);
    if (!attributes)
        return attributes.error();
    Reader reader(*attributes);
    Pressure pressure;
    reader.u32(KMEMCGD_A_PRESSURE_STATE, "pressure state", pressure.state);
    reader.u32(KMEMCGD_A_PRESSURE_NODE, "node", pressure.node);
    reader.counters(pressure_fields(), pressure);
    for (const auto& attribute : attributes->all()) {
        if (attribute.type != KMEMCGD_A_PRESSURE_CLASS)
            continue;
        const auto totals = decode_class(attribute.payload);
        if (!totals)
            return totals.error();
        pressure.classes.push_back(*totals);
    }
    return reader.finish(pressure);
}

void put_change(Request& request, const QosChange& change) {
    if (change.qos_class)
        request.put_u32(KMEMCGD_A_QOS_CLASS, *change.qos_class);
    if (change.request_bytes)
        request.put_u64(KMEMCGD_A_QOS_REQUEST_BYTES, *change.request_bytes);
    if (change.request_ratio)
        request.put_u32(KMEMCGD_A_QOS_REQUEST_RATIO, *change.request_ratio);
    if (change.swap)
        request.put_u32(KMEMCGD_A_QOS_SWAP, *change.swap);
}

} // namespace kmemcgd
