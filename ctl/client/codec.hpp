// SPDX-License-Identifier: GPL-2.0-only
// Attributes to values, and back. A missing or malformed attribute is an error that
// names it; an unknown one is ignored.
#pragma once

#include "client/attributes.hpp"
#include "client/types.hpp"

#include <span>

namespace kmemcgd {

class Request;

enum class Measure {
    count,
    nanoseconds,
    microseconds,
    bytes,
    bytes_per_s,
    pages,
    permille,
};

// The numbers of Stats, Pass, Watch and others as tables, so that the decoder, the text and
// the JSON cannot disagree about which ones there are.
template <class Owner>
struct CounterField {
    std::uint16_t attribute;
    std::string_view name;
    std::uint64_t Owner::*member;
    Measure measure;
    std::string_view what;
};

std::span<const CounterField<Stats>> stats_fields();
std::span<const CounterField<Pass>> pass_fields();         // without id and reason
std::span<const CounterField<Watch>> watch_fields();       // without ids, state and the last hit
std::span<const CounterField<Qos>> qos_fields();           // what is in replies only
std::span<const CounterField<Pressure>> pressure_fields(); // without state, node and classes
std::span<const CounterField<ClassTotals>> class_fields(); // without class and memcgs

Result<Info> decode_info(Bytes attributes);
Result<Config> decode_config(Bytes attributes);
Result<Memcg> decode_memcg(Bytes attributes);
Result<Stats> decode_stats(Bytes attributes);
Result<std::uint64_t> decode_reap(Bytes attributes); // the pass
Result<WatermarkPolicy> decode_policy(Bytes attributes);
Result<Watch> decode_watch(Bytes attributes);
Result<Qos> decode_qos(Bytes attributes);
Result<Pressure> decode_pressure(Bytes attributes);
void put_change(Request& request, const WatermarkChange& change);
void put_change(Request& request, const QosChange& change);
Result<Event> decode_event(std::uint8_t command, Bytes attributes);

} // namespace kmemcgd
