// SPDX-License-Identifier: GPL-2.0-only
// Watermark arithmetic, the same text that the module compiles.
#include <kmemcgd/watermark.h>

#include <gtest/gtest.h>

namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t s = 1000 * ms;
constexpr std::uint32_t page_shift = 12;
constexpr std::uint64_t mib_pages = 256;

kmemcgd_wmark_policy ratio(std::uint32_t percent, std::uint32_t scale_factor) {
    kmemcgd_wmark_policy policy{};
    policy.ratio = percent;
    policy.scale_factor = scale_factor;
    policy.swappiness = KMEMCGD_SWAPPINESS_OWN;
    return policy;
}

kmemcgd_wmark_policy headroom(std::uint64_t high_bytes, std::uint64_t low_bytes) {
    auto policy = ratio(0, KMEMCGD_WMARK_SCALE_DEFAULT);
    policy.high_headroom_bytes = high_bytes;
    policy.low_headroom_bytes = low_bytes;
    return policy;
}

kmemcgd_wmarks marks(const kmemcgd_wmark_policy& policy, std::uint64_t base,
                     std::uint64_t learned = 0) {
    return kmemcgd_wmark_compute(&policy, base, learned, page_shift);
}

TEST(Watermarks, MeanWhatAlibabasDo) {
    const auto at = marks(ratio(95, 50), 64 * mib_pages);
    EXPECT_EQ(at.high, 64 * mib_pages * 95 / 100);
    EXPECT_EQ(at.low, at.high - 64 * mib_pages * 50 / 10000);
}

TEST(Watermarks, LowIsAlwaysBelowHigh) {
    for (const std::uint64_t base : {0ULL, 1ULL, 2ULL, 10ULL, 1ULL << 51})
        for (const std::uint32_t percent : {1U, 50U, 100U})
            for (const std::uint32_t scale : {1U, 50U, 1000U})
                for (const std::uint64_t learned : {0ULL, 5ULL, 1ULL << 50}) {
                    const auto at = marks(ratio(percent, scale), base, learned);
                    EXPECT_LT(at.low, at.high) << base << ' ' << percent << ' ' << scale;
                    EXPECT_LE(at.high, base == 0 ? 1 : base);
                }
}

TEST(Watermarks, AGapBeyondTheRatioDoesNotUnderflow) {
    EXPECT_EQ(marks(ratio(5, 1000), 1000).low, 0U);
    EXPECT_EQ(marks(ratio(5, 1000), 1000).high, 50U);
}

TEST(Watermarks, HeadroomsAreBytesBelowTheBase) {
    const auto at = marks(headroom(4 << 20, 6 << 20), 64 * mib_pages);
    EXPECT_EQ(at.high, 60 * mib_pages);
    EXPECT_EQ(at.low, 58 * mib_pages);
    // More than there is: as low as it gets.
    EXPECT_EQ(marks(headroom(1 << 30, 2ULL << 30), 64 * mib_pages).high, 1U);
}

TEST(Watermarks, WhatWasLearnedMovesBoth) {
    const auto set = marks(ratio(95, 50), 10000);
    const auto learned = marks(ratio(95, 50), 10000, 300);
    EXPECT_EQ(set.high - learned.high, 300U);
    EXPECT_EQ(set.low - learned.low, 300U);
}

constexpr std::uint64_t window = 8 * ms;

TEST(FillRate, FollowsARiseFastAndAFallSlowly) {
    kmemcgd_fill fill{};
    kmemcgd_fill_update(&fill, 0, s, window);
    kmemcgd_fill_update(&fill, 100, s + 10 * ms, window);
    EXPECT_EQ(fill.rate, 5000U);
    kmemcgd_fill_update(&fill, 200, s + 20 * ms, window);
    EXPECT_EQ(fill.rate, 7500U);
    kmemcgd_fill_update(&fill, 200, s + 40 * ms, window);
    EXPECT_NEAR(static_cast<double>(fill.rate), 7500 * 0.9, 10);
    kmemcgd_fill_update(&fill, 200, 2 * s, window);
    EXPECT_EQ(fill.rate, 0U);
}

TEST(FillRate, CountsWhatWasReclaimedMeanwhile) {
    kmemcgd_fill fill{};
    kmemcgd_fill_update(&fill, 1000, s, window);
    fill.reclaimed = 64;
    kmemcgd_fill_update(&fill, 936 + 100, s + 10 * ms, window);
    EXPECT_EQ(fill.rate, 5000U);
}

TEST(FillRate, IsNotToldFromAnInstant) {
    kmemcgd_fill fill{};
    kmemcgd_fill_update(&fill, 0, s, window);
    kmemcgd_fill_update(&fill, 64, s + window - 1, window);
    EXPECT_EQ(fill.rate, 0U);
    EXPECT_EQ(fill.last_ns, s);
    kmemcgd_fill_update(&fill, 80, s + window, window);
    EXPECT_EQ(fill.rate, 5000U);
}

TEST(FillRate, IsToldFromAQuarterOfTheTimeThatIsLeft) {
    EXPECT_EQ(kmemcgd_fill_window_ns(0), KMEMCGD_RATE_MIN_NS);
    EXPECT_EQ(kmemcgd_fill_window_ns(16 * ms), 4 * ms);
    EXPECT_EQ(kmemcgd_fill_window_ns(s), KMEMCGD_RATE_WINDOW_NS);
}

// 64 KB in 0.5 ms, then nothing for 1.5 ms, as a task does that is paced to 32 MB/s.
TEST(FillRate, OfAPacedTaskIsNotThatOfItsSingleReads) {
    kmemcgd_fill fill{};
    std::uint64_t usage = 0;
    for (std::uint64_t now = s; now < 2 * s; now += ms / 2) {
        kmemcgd_fill_update(&fill, usage, now, KMEMCGD_RATE_WINDOW_NS);
        usage += now % (2 * ms) == 0 ? 16 : 0;
    }
    EXPECT_NEAR(static_cast<double>(fill.rate), 8000, 1600);
}

TEST(NextLook, IsAtHalfOfTheTimeUntilTheMark) {
    EXPECT_EQ(kmemcgd_look_interval_ns(0, 1000, 10000, s), 50 * ms);
    EXPECT_EQ(kmemcgd_look_interval_ns(999, 1000, 10000, s), KMEMCGD_LOOK_MIN_NS);
    EXPECT_EQ(kmemcgd_look_interval_ns(0, 1000, 0, s), KMEMCGD_LOOK_MAX_NS);
    EXPECT_EQ(kmemcgd_look_interval_ns(0, 1ULL << 52, 1, s), KMEMCGD_LOOK_MAX_NS);
}

TEST(NextLook, AtMostDoublesTheOneBefore) {
    EXPECT_EQ(kmemcgd_look_interval_ns(0, 1000, 0, 10 * ms), 20 * ms);
}

TEST(Gap, SpreadsTheSlicesWhileThereIsTime) {
    // 820 pages of room at 25,000/s: 32 ms; 4 ms of it to take 82 + 100 pages.
    const auto gap = kmemcgd_gap_ns(15564, 15482, 16384, 25000, 32, ms / 10);
    EXPECT_GT(gap, ms / 2);
    EXPECT_LT(gap, ms);
}

TEST(Gap, IsNoneWhenTheLimitIsNear) {
    EXPECT_EQ(kmemcgd_gap_ns(16384, 15482, 16384, 25000, 32, ms / 10), 0U);
    EXPECT_EQ(kmemcgd_gap_ns(16380, 15482, 16384, 1 << 20, 32, ms / 10), 0U);
    EXPECT_EQ(kmemcgd_gap_ns(15564, 15482, 16384, 25000, 0, ms / 10), 0U);
}

TEST(Learning, DoublesUpToItsBoundAndFades) {
    EXPECT_EQ(kmemcgd_learn(0, 6400, 50), 101U);
    EXPECT_EQ(kmemcgd_learn(101, 6400, 50), 202U);
    EXPECT_EQ(kmemcgd_learn(202, 6400, 50), 320U);
    EXPECT_EQ(kmemcgd_learn(202, 6400, 0), 0U);
    EXPECT_EQ(kmemcgd_forget(160), 150U);
    EXPECT_EQ(kmemcgd_forget(1), 0U);
}

TEST(Slice, IsLargeWhereNobodyWaitsAndLargestWhereTheLimitIsNear) {
    EXPECT_EQ(kmemcgd_wmark_slice_pages(2000, 1000, 20 * ms, false), 64U);
    EXPECT_EQ(kmemcgd_wmark_slice_pages(2000, 1000, 20 * ms, true), 32U);
    EXPECT_EQ(kmemcgd_wmark_slice_pages(2000, 1000, ms / 2, true), 256U);
    EXPECT_EQ(kmemcgd_wmark_slice_pages(1010, 1000, 20 * ms, false), 10U);
    EXPECT_EQ(kmemcgd_wmark_slice_pages(1000, 1001, 0, false), 0U);
}

TEST(Retry, ComesLaterEachTimeUpToItsBound) {
    EXPECT_EQ(kmemcgd_retry_ns(0, 13), ms);
    EXPECT_EQ(kmemcgd_retry_ns(1, 13), ms);
    EXPECT_EQ(kmemcgd_retry_ns(2, 13), 2 * ms);
    EXPECT_EQ(kmemcgd_retry_ns(14, 13), 8192 * ms);
    EXPECT_EQ(kmemcgd_retry_ns(4000000000, 13), 8192 * ms);
    EXPECT_EQ(kmemcgd_retry_ns(14, 3), 8 * ms);
}

TEST(Level, RisesEachTimeThatTheTimeLeftIsHalved) {
    EXPECT_EQ(kmemcgd_level(s), 0U);
    EXPECT_EQ(kmemcgd_level(10 * ms), 0U);
    EXPECT_EQ(kmemcgd_level(10 * ms - 1), 1U);
    EXPECT_EQ(kmemcgd_level(4 * ms), 2U);
    EXPECT_EQ(kmemcgd_level(2 * ms), 3U);
    EXPECT_EQ(kmemcgd_level(0), 3U);
}

TEST(Level, RisesWhereTheThreadIsLateForWhatIsLeft) {
    EXPECT_EQ(kmemcgd_late_level(39 * ms, 3 * ms), KMEMCGD_LATE_LEVEL);
    EXPECT_EQ(kmemcgd_late_level(19 * ms, 3 * ms), KMEMCGD_LEVEL_MAX);
    EXPECT_EQ(kmemcgd_late_level(19 * ms, 3 * ms - 1), 0U);
    EXPECT_EQ(kmemcgd_late_level(40 * ms, 100 * ms), 0U);
}

TEST(Priority, RisesWithTheLevelToWhatIsAllowed) {
    EXPECT_EQ(kmemcgd_level_boost(0, 0), 0U);
    EXPECT_EQ(kmemcgd_level_boost(KMEMCGD_LEVEL_MAX, 0), 19U);
    EXPECT_EQ(kmemcgd_level_boost(KMEMCGD_LEVEL_MAX, 10), 9U);
    EXPECT_EQ(kmemcgd_level_boost(KMEMCGD_LEVEL_MAX, 19), 0U);
}

} // namespace
