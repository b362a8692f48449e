// SPDX-License-Identifier: GPL-2.0-only
// Watermarks between values and attributes, both ways.
#include "client/connection.hpp"
#include "client/names.hpp"
#include "commands/policy_source.hpp"
#include "commands/watermark_values.hpp"
#include "fake_kernel.hpp"

#include <gtest/gtest.h>

namespace kmemcgd {
namespace {

TEST(WatermarkCodec, PolicyRoundTrip) {
    const WatermarkPolicy policy{.id = 7,
                                 .path = "/app",
                                 .ratio = 95,
                                 .scale_factor = 500,
                                 .high_headroom_bytes = 1ULL << 40,
                                 .low_headroom_bytes = 2ULL << 40,
                                 .swap = 1,
                                 .swappiness = 0};
    const auto attrs = FakeKernel::policy_attrs(policy);
    const auto decoded = decode_policy(attrs.bytes());
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(to_json(*decoded), to_json(policy));
    EXPECT_EQ(decoded->swappiness, 0U);
    EXPECT_FALSE(decoded->off());
}

TEST(WatermarkCodec, TheDefaultHasNoId) {
    const auto attrs = FakeKernel::policy_attrs(WatermarkPolicy{});
    const auto decoded = decode_policy(attrs.bytes());
    ASSERT_TRUE(decoded.ok());
    EXPECT_FALSE(decoded->id);
    EXPECT_FALSE(decoded->swappiness);
    EXPECT_TRUE(decoded->off());
}

TEST(WatermarkCodec, WatchRoundTrip) {
    Watch watch;
    watch.id = 7;
    watch.path = "/app";
    watch.policy_id = 3;
    watch.state = KMEMCGD_WATCH_RECLAIMING;
    std::uint64_t value = 1000;
    for (const auto& field : watch_fields())
        watch.*(field.member) = ++value;
    watch.last_hit_ms = 5;
    const auto attrs = FakeKernel::watch_attrs(watch);
    const auto decoded = decode_watch(attrs.bytes());
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(to_json(*decoded), to_json(watch));
    EXPECT_EQ(to_json(*decoded)["state"], "reclaiming");
}

TEST(WatermarkCodec, EveryAttributeOfAWatchIsKnown) {
    // The pad, id, path, policy, state and last hit are not numbers of the table.
    EXPECT_EQ(watch_fields().size() + 6, static_cast<std::size_t>(KMEMCGD_A_WATCH_MAX));
}

TEST(WatermarkCodec, OnlyWhatChangesIsSent) {
    Request request(0x20, KMEMCGD_CMD_SET_WATERMARK, 1);
    WatermarkChange change;
    change.ratio = 0;
    change.low_headroom_bytes = 64;
    change.swappiness = 200;
    put_change(request, change);
    const auto sent = Attributes::parse(request.bytes().subspan(NLMSG_HDRLEN + GENL_HDRLEN));
    ASSERT_TRUE(sent.ok());
    EXPECT_EQ(sent->all().size(), 3U);
    EXPECT_EQ(*sent->u32(KMEMCGD_A_WMARK_RATIO, "ratio"), 0U);
    EXPECT_EQ(*sent->u64(KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES, "low"), 64U);
    EXPECT_EQ(*sent->u32(KMEMCGD_A_WMARK_SWAPPINESS, "swappiness"), 200U);
}

TEST(WatermarkCodec, WhatTakesBackIsSent) {
    Request request(0x20, KMEMCGD_CMD_SET_WATERMARK, 1);
    WatermarkChange change;
    change.high_headroom_bytes = 0;
    change.low_headroom_bytes = 0;
    change.swappiness = KMEMCGD_WMARK_SWAPPINESS_OWN;
    put_change(request, change);
    const auto sent = Attributes::parse(request.bytes().subspan(NLMSG_HDRLEN + GENL_HDRLEN));
    ASSERT_TRUE(sent.ok());
    EXPECT_EQ(*sent->u64(KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES, "high"), 0U);
    EXPECT_EQ(*sent->u64(KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES, "low"), 0U);
    EXPECT_EQ(*sent->u32(KMEMCGD_A_WMARK_SWAPPINESS, "swappiness"), 0xffffffffU);
}

TEST(WatermarkCodec, WhatIsMissingIsNamed) {
    Attrs attrs;
    attrs.put(KMEMCGD_A_WATCH_ID, std::uint64_t{1});
    const auto watch = decode_watch(attrs.bytes());
    ASSERT_FALSE(watch.ok());
    EXPECT_NE(watch.error().message.find("policy id"), std::string::npos);
    EXPECT_FALSE(decode_policy(attrs.bytes()).ok());
}

TEST(WatermarkCodec, NamesOfStates) {
    EXPECT_EQ(watch_state_name(KMEMCGD_WATCH_NO_LIMIT), "no-limit");
    EXPECT_EQ(watch_state_name(KMEMCGD_WATCH_BELOW), "below");
    EXPECT_EQ(watch_state_name(KMEMCGD_WATCH_STUCK), "stuck");
    EXPECT_EQ(watch_state_name(KMEMCGD_WATCH_THRASHING), "thrashing");
    EXPECT_EQ(watch_state_name(9), "unknown-9");
}

TEST(WatermarkValues, TakesUnits) {
    const WatermarkOptions typed{.ratio = "95%",
                                 .scale_factor = "500",
                                 .high_headroom = "64M",
                                 .low_headroom = "0",
                                 .swap = "yes",
                                 .swappiness = "0"};
    const auto change = typed.parse();
    ASSERT_TRUE(change.ok());
    EXPECT_EQ(change->ratio, 95U);
    EXPECT_EQ(change->scale_factor, 500U);
    EXPECT_EQ(change->high_headroom_bytes, 64U << 20);
    EXPECT_EQ(change->low_headroom_bytes, 0U);
    EXPECT_EQ(change->swap, 1U);
    EXPECT_EQ(change->swappiness, 0U);
}

TEST(WatermarkValues, TakesTheSwappinessBack) {
    WatermarkOptions typed;
    typed.swappiness = "own";
    const auto change = typed.parse();
    ASSERT_TRUE(change.ok());
    EXPECT_EQ(change->swappiness, KMEMCGD_WMARK_SWAPPINESS_OWN);
    EXPECT_FALSE(change->swap);
}

TEST(WatermarkValues, NamesTheOptionThatMakesNoSense) {
    const auto refused = [](const WatermarkOptions& typed, std::string_view option) {
        const auto change = typed.parse();
        ASSERT_FALSE(change.ok()) << option;
        EXPECT_EQ(change.error().fault, Fault::usage) << option;
        EXPECT_TRUE(change.error().message.starts_with(option)) << change.error().message;
    };
    WatermarkOptions typed;
    for (const auto* text : {"95.5", "much", "%", "-1", "own", "4294967296"}) {
        typed.ratio = text;
        refused(typed, "--ratio");
    }
    typed = {};
    // Not even as the number that stands for "own".
    for (const auto* text : {"default", "-1", "Own", "4294967295"}) {
        typed.swappiness = text;
        refused(typed, "--swappiness");
    }
    typed = {};
    typed.high_headroom = "64MB";
    refused(typed, "--high-headroom");
    typed = {};
    typed.swap = "perhaps";
    refused(typed, "--swap");
}

TEST(PolicySource, TheNearestApplies) {
    Policies policies(3);
    policies[0].ratio = 90;
    policies[1].id = 1;
    policies[1].path = "/a";
    policies[1].ratio = 91;
    policies[2].id = 2;
    policies[2].path = "/a/b";
    policies[2].ratio = 92;
    const auto ratio = [&](std::uint64_t id, const std::string& path) {
        return policy_of(policies, {id, path, {}})->ratio;
    };
    EXPECT_EQ(ratio(2, "/a/b"), 92U);
    EXPECT_EQ(ratio(3, "/a/b/c"), 92U);
    EXPECT_EQ(ratio(4, "/a/bb"), 91U);
    EXPECT_EQ(ratio(5, "/aa"), 90U);
    EXPECT_EQ(policy_of({}, {5, "/aa", {}}), nullptr);
    EXPECT_EQ(source_name({3, "/a/b/c", {}}, &policies[2]), "inherited");
    EXPECT_EQ(source_text({3, "/a/b/c", {}}, &policies[2]), "/a/b");
}

} // namespace
} // namespace kmemcgd
