// SPDX-License-Identifier: GPL-2.0-only
// The policy headers, the same text that the module compiles.
#include <kmemcgd/backoff.h>
#include <kmemcgd/hist.h>
#include <kmemcgd/pacing.h>
#include <kmemcgd/slice.h>

#include <gtest/gtest.h>

namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t s = 1000 * ms;

kmemcgd_pacing bucket(std::uint32_t cap_permille, std::uint64_t burst_ns,
                      std::uint64_t now_ns = s) {
    kmemcgd_pacing pacing{};
    kmemcgd_pacing_init(&pacing, cap_permille, burst_ns, now_ns);
    return pacing;
}

TEST(Pacing, SpendsTheBurstBeforeItWaits) {
    auto pacing = bucket(50, 10 * ms);
    EXPECT_EQ(kmemcgd_pacing_delay_ns(&pacing), 0U);
    kmemcgd_pacing_charge(&pacing, 9 * ms);
    EXPECT_EQ(kmemcgd_pacing_delay_ns(&pacing), 0U);
    kmemcgd_pacing_charge(&pacing, 1 * ms);
    // Half of 10 ms at 5 % takes 100 ms.
    EXPECT_EQ(kmemcgd_pacing_delay_ns(&pacing), 100 * ms);
}

TEST(Pacing, SleepsOffADebt) {
    auto pacing = bucket(50, 10 * ms);
    kmemcgd_pacing_charge(&pacing, 12 * ms);
    EXPECT_EQ(kmemcgd_pacing_delay_ns(&pacing), 140 * ms);
    kmemcgd_pacing_refill(&pacing, s + 140 * ms);
    EXPECT_EQ(pacing.balance_ns, static_cast<std::int64_t>(5 * ms));
}

TEST(Pacing, HoldsNoMoreThanTheBurst) {
    auto pacing = bucket(1000, 10 * ms);
    kmemcgd_pacing_refill(&pacing, 1000 * 3600 * s);
    EXPECT_EQ(pacing.balance_ns, static_cast<std::int64_t>(10 * ms));
}

TEST(Pacing, TimeThatGoesBackChangesNothing) {
    auto pacing = bucket(50, 10 * ms);
    kmemcgd_pacing_charge(&pacing, 20 * ms);
    kmemcgd_pacing_refill(&pacing, s / 2);
    EXPECT_EQ(pacing.balance_ns, -static_cast<std::int64_t>(10 * ms));
    EXPECT_EQ(pacing.last_ns, s);
}

TEST(Pacing, ASmallerBurstTakesWhatWasSaved) {
    auto pacing = bucket(50, 100 * ms);
    kmemcgd_pacing_set(&pacing, 10, 1 * ms, s);
    EXPECT_EQ(pacing.balance_ns, static_cast<std::int64_t>(1 * ms));
    EXPECT_EQ(pacing.cap_permille, 10U);
}

TEST(Pacing, ADebtIsSleptOffForTenSecondsAtMost) {
    auto pacing = bucket(50, 10 * ms);
    kmemcgd_pacing_charge(&pacing, 4010 * ms);
    EXPECT_EQ(kmemcgd_pacing_delay_ns(&pacing), 10 * s + 100 * ms);
    // It was really used, so that the rest is forgiven once that time is over.
    kmemcgd_pacing_settle(&pacing, 0);
    kmemcgd_pacing_refill(&pacing, s + 10 * s + 100 * ms);
    EXPECT_EQ(pacing.balance_ns, static_cast<std::int64_t>(5 * ms));
    EXPECT_EQ(kmemcgd_pacing_delay_ns(&pacing), 0U);
}

TEST(Pacing, WhatWasNotUsedIsNotForgivenTwice) {
    auto pacing = bucket(50, 10 * ms);
    kmemcgd_pacing_charge(&pacing, 4010 * ms);
    kmemcgd_pacing_settle(&pacing, -3990 * static_cast<std::int64_t>(ms));
    EXPECT_EQ(pacing.balance_ns, -static_cast<std::int64_t>(10 * ms));
}

// The promise: cap x time + burst + one slice, over any time.
class PacingShare : public testing::TestWithParam<std::uint32_t> {};

TEST_P(PacingShare, StaysUnderTheCap) {
    constexpr std::uint64_t slice_ns = 200'000;
    constexpr std::uint64_t burst_ns = 10 * ms;
    auto pacing = bucket(GetParam(), burst_ns);
    std::uint64_t now_ns = s;
    std::uint64_t used_ns = 0;
    while (now_ns < 61 * s) {
        kmemcgd_pacing_refill(&pacing, now_ns);
        if (const auto delay_ns = kmemcgd_pacing_delay_ns(&pacing)) {
            now_ns += delay_ns;
            continue;
        }
        now_ns += slice_ns;
        used_ns += slice_ns;
        kmemcgd_pacing_charge(&pacing, slice_ns);
    }
    const std::uint64_t allowed_ns = (now_ns - s) * GetParam() / 1000 + burst_ns + slice_ns;
    EXPECT_LE(used_ns, allowed_ns);
    // And it makes use of it.
    EXPECT_GE(used_ns, allowed_ns * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Caps, PacingShare, testing::Values(1U, 25U, 50U, 333U, 1000U));

TEST(Backoff, DoublesFromTheShortestToTheLongest) {
    EXPECT_EQ(kmemcgd_backoff_ms(1, false, 5000, 600000), 5000U);
    EXPECT_EQ(kmemcgd_backoff_ms(2, false, 5000, 600000), 10000U);
    EXPECT_EQ(kmemcgd_backoff_ms(7, false, 5000, 600000), 320000U);
    EXPECT_EQ(kmemcgd_backoff_ms(8, false, 5000, 600000), 600000U);
    EXPECT_EQ(kmemcgd_backoff_ms(65535, false, 5000, 600000), 600000U);
}

TEST(Backoff, PinsWithAClockGetEqualStepsFirst) {
    for (std::uint32_t tries = 1; tries <= KMEMCGD_BACKOFF_CLOCK_TRIES; tries++)
        EXPECT_EQ(kmemcgd_backoff_ms(tries, true, 5000, 600000), 5000U);
    EXPECT_EQ(kmemcgd_backoff_ms(KMEMCGD_BACKOFF_CLOCK_TRIES + 2, true, 5000, 600000), 10000U);
    EXPECT_EQ(kmemcgd_backoff_ms(65535, true, 5000, 600000), 600000U);
}

TEST(Backoff, BoundsThatCrossCountAsTheShorter) {
    EXPECT_EQ(kmemcgd_backoff_ms(1, false, 5000, 100), 5000U);
    EXPECT_EQ(kmemcgd_backoff_ms(9, false, 5000, 100), 5000U);
    EXPECT_EQ(kmemcgd_backoff_ms(0, false, 5000, 600000), 5000U);
}

TEST(Slice, HalvesWhenItTookTooLong) {
    EXPECT_EQ(kmemcgd_slice_pages(512, 512, 60'000, 50'000, 65536), 256U);
    EXPECT_EQ(kmemcgd_slice_pages(33, 1, 60'000, 50'000, 65536), 32U);
}

TEST(Slice, GrowsOnlyWhenThePagesWereTheLimit) {
    EXPECT_EQ(kmemcgd_slice_pages(256, 256, 10'000, 50'000, 65536), 288U);
    EXPECT_EQ(kmemcgd_slice_pages(256, 100, 10'000, 50'000, 65536), 256U);
    EXPECT_EQ(kmemcgd_slice_pages(256, 256, 30'000, 50'000, 65536), 256U);
}

TEST(Slice, StaysWithinItsBounds) {
    EXPECT_EQ(kmemcgd_slice_pages(512, 512, 1'000, 50'000, 512), 512U);
    EXPECT_EQ(kmemcgd_slice_pages(60000, 60000, 1'000, 50'000, 128), 128U);
    EXPECT_EQ(kmemcgd_slice_pages(32, 32, 60'000, 50'000, 65536), 32U);
}

TEST(Hist, BucketsArePowersOfTwo) {
    EXPECT_EQ(kmemcgd_hist_bucket(0, 32), 0U);
    EXPECT_EQ(kmemcgd_hist_bucket(1, 32), 0U);
    EXPECT_EQ(kmemcgd_hist_bucket(2, 32), 1U);
    EXPECT_EQ(kmemcgd_hist_bucket(65535, 32), 15U);
    EXPECT_EQ(kmemcgd_hist_bucket(65536, 32), 16U);
    EXPECT_EQ(kmemcgd_hist_bucket(UINT64_MAX, 32), 31U);
}

} // namespace
