// SPDX-License-Identifier: GPL-2.0-only
// The attributes of answers and events. The first byte of an input is the command
// that they belong to.
#include "fake_kernel.hpp"
#include "fuzz.hpp"

namespace kmemcgd {
namespace {

// What was understood can be printed, and means the same when it is sent again.
template <class T>
void check(Bytes attributes, Result<T> (*decode)(Bytes), Attrs (*encode)(const T&)) {
    const auto value = decode(attributes);
    if (!value)
        return require(!value.error().message.empty(), "an error says what is wrong");
    const auto json = to_json(*value);
    (void)json_text(json, true);
    const auto again = decode(encode(*value).bytes());
    require(again.ok(), "what we encode can be decoded");
    require(to_json(*again) == json, "it is the same after a round trip");
}

void check_event(std::uint8_t command, Bytes attributes) {
    const auto event = decode_event(command, attributes);
    if (!event)
        return require(!event.error().message.empty(), "an error says what is wrong");
    (void)json_text(to_json(*event), false);
}

} // namespace

void fuzz(Input input) {
    const auto command = input.byte();
    const auto attributes = input.rest();
    switch (command) {
    case KMEMCGD_CMD_GET_INFO:
        return check(attributes, decode_info, FakeKernel::info_attrs);
    case KMEMCGD_CMD_GET_CONFIG:
        return check(attributes, decode_config, FakeKernel::config_attrs);
    case KMEMCGD_CMD_GET_MEMCG:
        return check(attributes, decode_memcg, FakeKernel::memcg_attrs);
    case KMEMCGD_CMD_GET_STATS:
        return check(attributes, decode_stats, FakeKernel::stats_attrs);
    case KMEMCGD_CMD_GET_WATERMARK:
        return check(attributes, decode_policy, FakeKernel::policy_attrs);
    case KMEMCGD_CMD_GET_WATCH:
        return check(attributes, decode_watch, FakeKernel::watch_attrs);
    case KMEMCGD_CMD_GET_QOS:
        return check(attributes, decode_qos, FakeKernel::qos_attrs);
    case KMEMCGD_CMD_GET_PRESSURE:
        return check(attributes, decode_pressure, FakeKernel::pressure_attrs);
    case KMEMCGD_CMD_REAP:
        return (void)decode_reap(attributes);
    default:
        return check_event(command, attributes);
    }
}

} // namespace kmemcgd
