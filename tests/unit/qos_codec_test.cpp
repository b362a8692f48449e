// SPDX-License-Identifier: GPL-2.0-only
// Classes and pressure between values, attributes and words.
#include "client/connection.hpp"
#include "client/names.hpp"
#include "commands/config_values.hpp"
#include "commands/qos_values.hpp"
#include "fake_kernel.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::HasSubstr;

template <class T>
void number(std::span<const CounterField<T>> fields, T& owner) {
    std::uint64_t value = 1ULL << 40;
    for (const auto& field : fields)
        owner.*(field.member) = ++value;
}

Qos full_qos() {
    Qos qos;
    qos.id = 7;
    qos.path = "/app";
    qos.qos_class = KMEMCGD_CLASS_BURSTABLE;
    qos.request_bytes = 300 << 20;
    qos.request_ratio = 50;
    qos.swap = 1;
    qos.state = KMEMCGD_QOS_STUCK;
    number(qos_fields(), qos);
    return qos;
}

Pressure full_pressure() {
    Pressure pressure;
    pressure.state = KMEMCGD_PRESSURE_NOTHING;
    pressure.node = 3;
    number(pressure_fields(), pressure);
    pressure.classes = {{KMEMCGD_CLASS_BESTEFFORT, 1, 2, 3}, {15, 4, 5, 6}};
    return pressure;
}

TEST(QosCodec, RoundTrips) {
    const auto qos = decode_qos(FakeKernel::qos_attrs(full_qos()).bytes());
    ASSERT_TRUE(qos.ok());
    EXPECT_EQ(to_json(*qos), to_json(full_qos()));
    EXPECT_EQ(to_json(*qos)["class"], 8);
    EXPECT_EQ(to_json(*qos)["class_name"], "burstable");
    EXPECT_EQ(to_json(*qos)["state"], "stuck");
    EXPECT_EQ(qos->request_ratio, 50U);
    EXPECT_EQ(qos->protected_bytes, full_qos().protected_bytes);

    const auto pressure = decode_pressure(FakeKernel::pressure_attrs(full_pressure()).bytes());
    ASSERT_TRUE(pressure.ok());
    EXPECT_EQ(to_json(*pressure), to_json(full_pressure()));
    ASSERT_EQ(pressure->classes.size(), 2U);
    EXPECT_EQ(to_json(*pressure)["classes"][1]["class_name"], nullptr);
    EXPECT_EQ(to_json(*pressure)["classes"][1]["reclaimed_bytes"], 6);
    EXPECT_EQ(to_json(*pressure)["state"], "nothing");
}

TEST(QosCodec, EveryAttributeIsKnown) {
    // Beside the tables: pad, id, class, both requests, swap, path and state; pad, state,
    // node and classes; pad, class and memcgs.
    EXPECT_EQ(qos_fields().size() + 8, static_cast<std::size_t>(KMEMCGD_A_QOS_MAX));
    EXPECT_EQ(pressure_fields().size() + 4, static_cast<std::size_t>(KMEMCGD_A_PRESSURE_MAX));
    EXPECT_EQ(class_fields().size() + 3, static_cast<std::size_t>(KMEMCGD_A_CLASS_MAX));
}

TEST(QosCodec, WhatIsMissingOrMalformedIsNamed) {
    Attrs attrs;
    attrs.put(KMEMCGD_A_QOS_ID, std::uint64_t{1});
    EXPECT_THAT(decode_qos(attrs.bytes()).error().message, HasSubstr("class is missing"));
    attrs.put(KMEMCGD_A_QOS_CLASS, std::uint64_t{8});
    EXPECT_THAT(decode_qos(attrs.bytes()).error().message, HasSubstr("class has 8 bytes"));
    EXPECT_THAT(decode_pressure({}).error().message, HasSubstr("pressure state is missing"));

    auto pressure = FakeKernel::pressure_attrs(full_pressure());
    Attrs half;
    half.put(KMEMCGD_A_CLASS_CLASS, std::uint32_t{4});
    pressure.nest(KMEMCGD_A_PRESSURE_CLASS, half);
    EXPECT_THAT(decode_pressure(pressure.bytes()).error().message, HasSubstr("memcgs is missing"));
    const auto cut = FakeKernel::qos_attrs(full_qos());
    EXPECT_FALSE(decode_qos(cut.bytes().first(cut.bytes().size() - 4)).ok());
}

TEST(QosCodec, OnlyWhatChangesIsSent) {
    Request request(0x20, KMEMCGD_CMD_SET_QOS, 1);
    QosChange change;
    change.qos_class = 0;
    change.request_bytes = 1ULL << 40;
    put_change(request, change);
    const auto sent = Attributes::parse(request.bytes().subspan(NLMSG_HDRLEN + GENL_HDRLEN));
    ASSERT_TRUE(sent.ok());
    EXPECT_EQ(sent->all().size(), 2U);
    EXPECT_EQ(*sent->u32(KMEMCGD_A_QOS_CLASS, "class"), 0U);
    EXPECT_EQ(*sent->u64(KMEMCGD_A_QOS_REQUEST_BYTES, "request"), 1ULL << 40);
}

TEST(QosNames, ClassesAndStates) {
    EXPECT_EQ(class_name(4), "besteffort");
    EXPECT_EQ(class_name(8), "burstable");
    EXPECT_EQ(class_name(12), "guaranteed");
    EXPECT_EQ(class_name(5), "5");
    for (const auto name : class_names())
        EXPECT_EQ(class_name(named_class(name).value()), name);
    EXPECT_FALSE(named_class("5"));
    EXPECT_EQ(qos_state_name(KMEMCGD_QOS_WITHIN), "within");
    EXPECT_EQ(qos_state_name(KMEMCGD_QOS_OVER), "over");
    EXPECT_EQ(qos_state_name(KMEMCGD_QOS_BELOW), "below");
    EXPECT_EQ(qos_state_name(9), "unknown-9");
    EXPECT_EQ(pressure_state_name(KMEMCGD_PRESSURE_OFF), "off");
    EXPECT_EQ(pressure_state_name(KMEMCGD_PRESSURE_CALM), "calm");
    EXPECT_EQ(pressure_state_name(KMEMCGD_PRESSURE_RECLAIMING), "reclaiming");
    EXPECT_EQ(pressure_state_name(9), "unknown-9");
}

QosChange parsed(const QosOptions& typed) {
    const auto change = typed.parse();
    EXPECT_TRUE(change.ok());
    return change ? *change : QosChange{};
}

TEST(QosValues, ARequestIsOneOfBothKinds) {
    auto change = parsed({.qos_class = "8", .request = "300M", .swap = "on"});
    EXPECT_EQ(change.qos_class, 8U);
    EXPECT_EQ(change.request_bytes, 300U << 20);
    EXPECT_EQ(change.request_ratio, 0U);
    EXPECT_EQ(change.swap, 1U);
    change = parsed({.qos_class = {}, .request = "50%", .swap = {}});
    EXPECT_EQ(change.request_bytes, 0U);
    EXPECT_EQ(change.request_ratio, 50U);
    EXPECT_FALSE(change.qos_class);
    EXPECT_FALSE(change.swap);
    for (const auto* none : {"0", "memory.low"}) {
        change = parsed({.qos_class = {}, .request = none, .swap = {}});
        EXPECT_EQ(change.request_bytes, 0U) << none;
        EXPECT_EQ(change.request_ratio, 0U) << none;
    }
    change = parsed({.qos_class = "guaranteed", .request = {}, .swap = "off"});
    EXPECT_EQ(change.qos_class, 12U);
    EXPECT_FALSE(change.request_bytes);
    EXPECT_FALSE(change.request_ratio);
    EXPECT_EQ(change.swap, 0U);
}

TEST(QosValues, WhatMakesNoSenseIsNamed) {
    const auto refused = [](const QosOptions& typed) {
        const auto change = typed.parse();
        EXPECT_FALSE(change.ok());
        return change ? Error{} : change.error();
    };
    auto error = refused({.qos_class = "burstabel", .request = {}, .swap = {}});
    EXPECT_EQ(error.fault, Fault::usage);
    EXPECT_THAT(error.message, HasSubstr("--class: there is no class \"burstabel\""));
    EXPECT_EQ(error.hint, "did you mean burstable?");
    EXPECT_THAT(refused({.qos_class = "-1", .request = {}, .swap = {}}).hint,
                HasSubstr("a number from 0 to 15"));
    EXPECT_THAT(refused({.qos_class = "4294967296", .request = {}, .swap = {}}).message,
                HasSubstr("far too large"));
    for (const auto* text : {"%", "-5%", "1.5%", "half", "300MB", "memory.high", "4294967296%"}) {
        error = refused({.qos_class = {}, .request = text, .swap = {}});
        EXPECT_EQ(error.fault, Fault::usage) << text;
        EXPECT_THAT(error.message, HasSubstr("--request: ")) << text;
    }
    EXPECT_THAT(refused({.qos_class = {}, .request = {}, .swap = "perhaps"}).message,
                HasSubstr("--swap: "));
}

TEST(QosValues, AsWords) {
    Qos qos;
    qos.qos_class = 8;
    EXPECT_EQ(qos_text(qos), "burstable");
    EXPECT_EQ(overuse_text(qos), "0.0 %");
    qos.request_ratio = 50;
    qos.overuse_permille = 1500;
    EXPECT_EQ(overuse_text(qos), "all");
    qos.protected_bytes = 1;
    EXPECT_EQ(overuse_text(qos), "150.0 %");
    EXPECT_EQ(qos_text(qos), "burstable, request 50 %");
    qos.request_bytes = 1 << 20;
    qos.swap = 1;
    EXPECT_EQ(qos_text(qos), "burstable, request 1.0 MiB or 50 %, swap yes");
}

TEST(NodeTunables, TakeUnits) {
    const auto value_of = [](const std::string& word) {
        const std::vector<std::string> words{word};
        const auto changes = parse_config_changes(words);
        EXPECT_TRUE(changes.ok()) << word;
        return changes ? changes->front().value : 0;
    };
    EXPECT_EQ(value_of("node_free=2G"), 2048U);
    EXPECT_EQ(value_of("node_free=0"), 0U);
    EXPECT_EQ(value_of("node_free_mb=512"), 512U);
    EXPECT_EQ(value_of("node_free_mb=1G"), 1024U);
    EXPECT_EQ(value_of("node_free_permille=20"), 20U);
    EXPECT_EQ(value_of("node_free_permille=2.5%"), 25U);
    EXPECT_EQ(value_of("node_gap_percent=25"), 25U);
    EXPECT_EQ(value_of("node_gap_percent=25%"), 25U);
    EXPECT_EQ(value_of("node_gap=30%"), 30U);
    for (const auto* word : {"node_free=512", "node_free=512K", "node_gap=25", "node_gap=2.5%",
                             "node_gap_percent=x", "node_free_mb=-1", "node_free=8388608T"}) {
        const std::vector<std::string> words{word};
        const auto changes = parse_config_changes(words);
        ASSERT_FALSE(changes.ok()) << word;
        EXPECT_EQ(changes.error().fault, Fault::usage) << word;
    }
    EXPECT_EQ(format_config_value(config_field(KMEMCGD_A_CONFIG_NODE_FREE_MB), 512), "512 MiB");
    EXPECT_EQ(format_config_value(config_field(KMEMCGD_A_CONFIG_NODE_FREE_PERMILLE), 25), "2.5 %");
    EXPECT_EQ(format_config_value(config_field(KMEMCGD_A_CONFIG_NODE_GAP_PERCENT), 25), "25 %");
}

} // namespace
} // namespace kmemcgd
