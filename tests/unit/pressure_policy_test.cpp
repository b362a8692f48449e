// SPDX-License-Identifier: GPL-2.0-only
// The arithmetic of node pressure, the same text that the module compiles.
#include <kmemcgd/pressure.h>

#include <gtest/gtest.h>

namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint32_t page_shift = 12;
constexpr std::uint64_t mib_pages = 256;
constexpr std::uint64_t gib_pages = 1024 * mib_pages;
constexpr std::uint64_t no_limit = ~0ULL;

kmemcgd_margins margins(std::uint32_t mb, std::uint32_t permille, std::uint64_t node,
                        std::uint64_t host, std::uint32_t gap_percent = 25) {
    const kmemcgd_keep_free keep{.mb = mb, .permille = permille, .gap_percent = gap_percent};
    return kmemcgd_margins_compute(&keep, node, host, page_shift);
}

std::uint64_t safe(const kmemcgd_qos& qos, std::uint64_t limit, std::uint64_t low) {
    return kmemcgd_safe_pages(&qos, limit, low, page_shift);
}

TEST(NodeMargins, NothingSetIsOff) {
    EXPECT_EQ(margins(0, 0, gib_pages, gib_pages).threshold, 0U);
}

TEST(NodeMargins, ASizeIsSharedAmongTheNodes) {
    EXPECT_EQ(margins(100, 0, gib_pages, gib_pages).threshold, 100 * mib_pages);
    EXPECT_EQ(margins(100, 0, gib_pages, 4 * gib_pages).threshold, 25 * mib_pages);
    EXPECT_EQ(margins(100, 0, 3 * gib_pages, 4 * gib_pages).threshold, 75 * mib_pages);
}

TEST(NodeMargins, TheLargerOneCounts) {
    EXPECT_EQ(margins(100, 250, gib_pages, gib_pages).threshold, 256 * mib_pages);
    EXPECT_EQ(margins(300, 250, gib_pages, gib_pages).threshold, 300 * mib_pages);
}

TEST(NodeMargins, TheGapIsOfTheThreshold) {
    EXPECT_EQ(margins(100, 0, gib_pages, gib_pages).goal, 125 * mib_pages);
    EXPECT_EQ(margins(100, 0, gib_pages, gib_pages, 400).goal, 500 * mib_pages);
}

TEST(NodeMargins, NeverMoreThanHalfOfANode) {
    EXPECT_EQ(margins(16777216, 500, gib_pages, gib_pages).threshold, gib_pages / 2);
}

// The largest of everything, and nodes that are smaller than a MiB.
TEST(NodeMargins, TheGoalIsAlwaysAboveTheThreshold) {
    for (const std::uint64_t node : {1ULL, 100ULL, 256ULL, 1ULL << 20, 1ULL << 38})
        for (const std::uint64_t host : {1 * node, 2 * node, std::uint64_t{1} << 39})
            for (const std::uint32_t mb : {0U, 1U, 16777216U}) {
                const auto at = margins(mb, 1, node, host, 1);
                EXPECT_GT(at.goal, at.threshold) << node << ' ' << host << ' ' << mb;
                EXPECT_LE(at.threshold, node / 2) << node << ' ' << host << ' ' << mb;
            }
}

TEST(SafePages, AreTheLargestOfAll) {
    kmemcgd_qos qos{};
    EXPECT_EQ(safe(qos, no_limit, 0), 0U);
    EXPECT_EQ(safe(qos, no_limit, 7), 7U);
    qos.request_bytes = 300ULL << 20;
    EXPECT_EQ(safe(qos, no_limit, 7), 300 * mib_pages);
    qos.request_ratio = 50;
    EXPECT_EQ(safe(qos, gib_pages, 7), 512 * mib_pages);
    EXPECT_EQ(safe(qos, gib_pages, gib_pages), gib_pages);
}

TEST(SafePages, AShareOfNoLimitIsNone) {
    const kmemcgd_qos qos{.rank = 0, .request_ratio = 100, .swap = 0, .request_bytes = 0};
    EXPECT_EQ(safe(qos, no_limit, 0), 0U);
    EXPECT_EQ(safe(qos, 0, 0), 0U);
}

TEST(Overuse, IsInRelationToWhatIsSafe) {
    EXPECT_EQ(kmemcgd_overuse_permille(100, 100), 0U);
    EXPECT_EQ(kmemcgd_overuse_permille(99, 100), 0U);
    EXPECT_EQ(kmemcgd_overuse_permille(150, 100), 500U);
    EXPECT_EQ(kmemcgd_overuse_permille(150, 0), 150'000U);
    EXPECT_EQ(kmemcgd_overuse_permille(no_limit, 0), (1ULL << 52) * 1000);
}

TEST(MarginLevel, RisesBelowTheThresholdAndBelowHalfOfIt) {
    EXPECT_EQ(kmemcgd_margin_level(200, 100), 1U);
    EXPECT_EQ(kmemcgd_margin_level(100, 100), 1U);
    EXPECT_EQ(kmemcgd_margin_level(99, 100), 2U);
    EXPECT_EQ(kmemcgd_margin_level(50, 100), 2U);
    EXPECT_EQ(kmemcgd_margin_level(49, 100), 3U);
    EXPECT_EQ(kmemcgd_margin_level(0, 100), 3U);
}

TEST(NodeLateLevel, CountsInRelationToTheTimeThatIsLeft) {
    EXPECT_EQ(kmemcgd_node_late_level(0, 3 * ms - 1), 0U);
    EXPECT_EQ(kmemcgd_node_late_level(160 * ms, 10 * ms), 0U);
    EXPECT_EQ(kmemcgd_node_late_level(159 * ms, 10 * ms), 2U);
    EXPECT_EQ(kmemcgd_node_late_level(40 * ms, 10 * ms), 2U);
    EXPECT_EQ(kmemcgd_node_late_level(39 * ms, 10 * ms), 3U);
}

TEST(GivesBefore, ClassFirstThenOveruse) {
    EXPECT_TRUE(kmemcgd_gives_before(4, 1, 8, 1000));
    EXPECT_FALSE(kmemcgd_gives_before(8, 1000, 4, 1));
    EXPECT_TRUE(kmemcgd_gives_before(4, 2, 4, 1));
    EXPECT_FALSE(kmemcgd_gives_before(4, 1, 4, 1));
}

kmemcgd_urge after(kmemcgd_urge urge, std::uint32_t level, std::uint32_t late_level,
                   std::uint64_t now_ns) {
    kmemcgd_urge_update(&urge, level, late_level, now_ns);
    return urge;
}

TEST(Urge, RisesAtOnceAndFallsStepByStep) {
    auto urge = after({}, 3, 0, 1000 * ms);
    EXPECT_EQ(urge.level, 3U);
    urge = after(urge, 0, 0, 1019 * ms);
    EXPECT_EQ(urge.level, 3U);
    urge = after(urge, 0, 0, 1020 * ms);
    EXPECT_EQ(urge.level, 2U);
    urge = after(urge, 0, 0, 1039 * ms);
    EXPECT_EQ(urge.level, 2U);
    urge = after(urge, 0, 0, 1040 * ms);
    EXPECT_EQ(urge.level, 1U);
}

TEST(Urge, ATurnThatCameLateCountsForASecond) {
    auto urge = after({}, 0, 2, 1000 * ms);
    EXPECT_EQ(urge.level, 2U);
    urge = after(urge, 0, 0, 1999 * ms);
    EXPECT_EQ(urge.level, 2U);
    urge = after(urge, 0, 0, 2018 * ms);
    EXPECT_EQ(urge.level, 2U);
    urge = after(urge, 0, 0, 2019 * ms);
    EXPECT_EQ(urge.level, 1U);
}

} // namespace
