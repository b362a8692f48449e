// SPDX-License-Identifier: GPL-2.0-only
// What people type and read: values with units, names that are nearly right.
#include "commands/config_values.hpp"
#include "render/duration_range.hpp"
#include "render/nearest.hpp"

#include <array>

#include <gtest/gtest.h>

namespace kmemcgd {
namespace {

TEST(Units, DurationsWithAndWithoutUnit) {
    EXPECT_EQ(*parse_duration_ns("30s", ns_per_ms), 30 * ns_per_s);
    EXPECT_EQ(*parse_duration_ns("250us", ns_per_ms), 250 * ns_per_us);
    EXPECT_EQ(*parse_duration_ns("5", ns_per_ms), 5 * ns_per_ms);
    for (const auto* text : {"", "s", "-1s", "5 parsecs", "99999999999999999999s"})
        EXPECT_FALSE(parse_duration_ns(text, ns_per_ms).ok()) << text;
}

TEST(Units, DurationsWithinARange) {
    constexpr DurationRange range{10 * ns_per_ms, ns_per_s, "10ms to 1s"};
    EXPECT_EQ(*parse_duration_within("10ms", range), std::chrono::milliseconds(10));
    EXPECT_EQ(*parse_duration_within("1", range), std::chrono::seconds(1));
    for (const auto* text : {"0", "9ms", "1001ms", "1d"}) {
        const auto refused = parse_duration_within(text, range);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().fault, Fault::usage);
        EXPECT_EQ(refused.error().message, "\"" + std::string(text) + "\" is out of range");
        EXPECT_EQ(refused.error().hint, "it can be 10ms to 1s");
    }
    EXPECT_FALSE(parse_duration_within("soon", range));
}

TEST(Units, Bytes) {
    EXPECT_EQ(*parse_bytes("4096"), 4096U);
    EXPECT_EQ(*parse_bytes("64M"), 64U << 20);
    for (const auto* text : {"", "M", "-1", "1X", "99999999999G", "18014398509481984K",
                             "309485009821345068.724781056T"}) // 2^128 billionths of a byte
        EXPECT_FALSE(parse_bytes(text).ok()) << text;
}

TEST(Units, Counts) {
    EXPECT_EQ(*parse_count("0"), 0U);
    EXPECT_EQ(*parse_count("010"), 10U);
    EXPECT_EQ(*parse_count("18446744073709551615"), 18446744073709551615U);
    EXPECT_EQ(*parse_count("7", 7), 7U);
    EXPECT_EQ(parse_count("8", 7).error().message, "\"8\" is far too large");
    EXPECT_EQ(parse_count("18446744073709551616").error().message,
              "\"18446744073709551616\" is far too large");
    for (const auto* text : {"", "x", "-1", "+1", "1.5", "0x1", "1K", " 1"})
        EXPECT_EQ(parse_count(text).error().message,
                  "\"" + std::string(text) + "\" is not a whole number");
}

TEST(Units, PercentKeepsTenths) {
    EXPECT_EQ(*parse_percent_as_permille("2.5%"), 25U);
    EXPECT_EQ(format_permille(25), "2.5 %");
    EXPECT_FALSE(parse_percent_as_permille("2.55%").ok());
}

TEST(Nearest, SuggestsATypoOnly) {
    const std::array<std::string, 2> names{"cpu_cap_permille", "settle_ms"};
    EXPECT_EQ(nearest("settel_ms", names), "settle_ms");
    EXPECT_EQ(nearest("zzzzzzzzzzzz", names), std::nullopt);
}

TEST(ConfigValues, TakesUnitsAndNames) {
    const std::array<std::string, 2> words{"cpu_cap=2.5%", "settle_ms=30s"};
    const auto changes = parse_config_changes(words);
    ASSERT_TRUE(changes.ok());
    ASSERT_EQ(changes->size(), 2U);
    EXPECT_EQ(changes->at(0).value, 25U);
    EXPECT_EQ(changes->at(1).value, 30000U);
}

TEST(ConfigValues, RefusesWhatItDoesNotKnow) {
    for (const auto* word : {"cpu_cup=5", "settle_ms", "settle_ms=", "enabled=2", "=1"}) {
        const std::array<std::string, 1> words{word};
        const auto changes = parse_config_changes(words);
        ASSERT_FALSE(changes.ok()) << word;
        EXPECT_EQ(changes.error().fault, Fault::usage) << word;
        EXPECT_FALSE(changes.error().message.empty()) << word;
    }
}

} // namespace
} // namespace kmemcgd
