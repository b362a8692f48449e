// SPDX-License-Identifier: GPL-2.0-only
// Fragmentation: the indices, and "frag show".
#include "fake_kernel.hpp"
#include "frag/fragmentation.hpp"
#include "host/compaction.hpp"
#include "host/zoneinfo.hpp"
#include "temporary_directory.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

BuddyZone zone(std::vector<std::uint64_t> free_blocks) {
    return {0, "Normal", std::move(free_blocks)};
}

TEST(Fragmentation, WhatIsFreeIsTheSumOfAllBlocks) {
    EXPECT_EQ(free_pages(zone({3, 2, 1})), 3 + 4 + 4);
    EXPECT_EQ(free_pages(zone({0, 0, 0})), 0U);
}

TEST(Fragmentation, UnusableIsWhatIsInSmallerBlocks) {
    const auto orders = view_orders(zone({4, 2, 2}), 0);
    EXPECT_EQ(orders[0].unusable_permille, 0U);
    EXPECT_EQ(orders[1].unusable_permille, 250U);
    EXPECT_EQ(orders[2].unusable_permille, 500U);
}

// 1 - (1 + free / requested) / blocks, in thousandths, as the kernel rounds it.
TEST(Fragmentation, TheIndexIsTheKernels) {
    const auto many_small = view_orders(zone({1000, 0, 0, 0, 0}), 0);
    EXPECT_EQ(many_small[0].index_permille, std::nullopt);
    EXPECT_EQ(*many_small[4].index_permille, 1000 - (1000 + 1000 * 1000 / 16) / 1000);
    EXPECT_EQ(many_small[4].verdict, Verdict::fragmented);
    const auto few = view_orders(zone({2, 0, 0, 0, 0}), 0);
    EXPECT_EQ(*few[4].index_permille, 1000 - (1000 + 2 * 1000 / 16) / 2);
    EXPECT_EQ(few[4].verdict, Verdict::shortage);
}

TEST(Fragmentation, NothingFreeIsAShortage) {
    for (const auto& view : view_orders(zone({0, 0, 0}), 0)) {
        EXPECT_EQ(view.verdict, Verdict::shortage);
        EXPECT_EQ(view.index_permille, 0U);
        EXPECT_EQ(view.unusable_permille, 0U);
    }
}

TEST(Fragmentation, UpToTheMinWatermarkIsAShortage) {
    EXPECT_EQ(view_orders(zone({0, 0, 4}), 16)[2].verdict, Verdict::shortage);
    // So much has to be left without the block.
    EXPECT_EQ(view_orders(zone({0, 0, 4}), 15)[0].verdict, Verdict::fits);
    EXPECT_EQ(view_orders(zone({0, 0, 4}), 13)[2].verdict, Verdict::shortage);
    EXPECT_EQ(view_orders(zone({0, 0, 4}), 12)[2].verdict, Verdict::fits);
}

TEST(Fragmentation, NotAllThatIsFreeCounts) {
    EXPECT_EQ(view_orders(zone({0, 0, 4}), 5, 9)[2].verdict, Verdict::fits);
    EXPECT_EQ(view_orders(zone({0, 0, 4}), 5, 8)[2].verdict, Verdict::shortage);
    EXPECT_EQ(view_orders(zone({0, 0, 4}), 0, 2)[2].verdict, Verdict::shortage);
}

TEST(Fragmentation, TheFirstThatFails) {
    EXPECT_EQ(first_failing(view_orders(zone({9, 9, 0}), 0))->order, 2U);
    EXPECT_FALSE(first_failing(view_orders(zone({0, 0, 1}), 0)));
}

// More pages than there could ever be.
TEST(Fragmentation, LargeNumbers) {
    const auto orders = view_orders(zone({1ULL << 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), 0);
    EXPECT_EQ(orders[10].verdict, Verdict::fragmented);
    EXPECT_EQ(orders[10].unusable_permille, 1000U);
}

TEST(ZoneMinWatermarks, AreByNodeAndZone) {
    std::istringstream text("Node 0, zone      DMA\n  per-node stats\n      nr_dirty 1\n"
                            "  pages free     3840\n        min      13\n        low      16\n"
                            "Node 1, zone   Normal\n  pages free     9\n        min      20\n");
    const auto infos = parse_zoneinfo(text);
    EXPECT_EQ(infos.size(), 2U);
    EXPECT_EQ(infos.at({0, "DMA"}).min, 13U);
    EXPECT_EQ(infos.at({1, "Normal"}).min, 20U);
}

TEST(ZoneMinWatermarks, OfAnUnknownShapeAreNone) {
    std::istringstream text("Node zero, zone DMA\n min 3\nmin 4\nNode 1 zone X\n min 5\n");
    EXPECT_TRUE(parse_zoneinfo(text).empty());
}

TEST(CompactionCounters, MayBeMissing) {
    EXPECT_FALSE(parse_compaction("pgfault 3\n"));
    const auto found = parse_compaction("compact_stall 7\ncompact_fail 3\ncompact_success 4\n");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stalls, 7U);
    EXPECT_EQ(found->failures, 3U);
    EXPECT_EQ(found->successes, 4U);
}

class FragShow : public ::testing::Test {
protected:
    FragShow() {
        program.host_root = directory.path();
        write("buddyinfo", "Node 0, zone      DMA      1      0      1\n"
                           "Node 0, zone   Normal   1163   1101      0\n");
        write("vmstat", "allocstall_normal 12\ncompact_stall 7\ncompact_fail 3\n"
                        "compact_success 4\n");
        write("zoneinfo", "Node 0, zone   Normal\n        min      20\n");
    }
    void write(const std::string& name, std::string_view text) const {
        directory.write("proc/" + name, text);
    }
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "frag");
        return program.run(arguments);
    }

    TemporaryDirectory directory;
    Program program;
};

TEST_F(FragShow, SaysWhichOrdersWouldFail) {
    program.terminal = true;
    EXPECT_EQ(run({}), 0);
    const auto said = program.out.str();
    EXPECT_THAT(said, HasSubstr("ORDERS 0-2"));
    EXPECT_THAT(said, HasSubstr("node 0, zone DMA: every order can be had"));
    EXPECT_THAT(said, HasSubstr("node 0, zone Normal: order 2 (16.0 KiB) and above would fail, "
                                "fragmented"));
    EXPECT_THAT(said, HasSubstr("12 direct reclaims, 7 direct compactions, 3 of them in vain"));
}

TEST_F(FragShow, ForPrograms) {
    EXPECT_EQ(run({"show"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("0\tNormal\t2\t16384\t0\t1000\t"));
    EXPECT_EQ(run({"show", "--json", "--order", "1"}), 0);
    const auto json = program.json();
    EXPECT_EQ(json["zones"].size(), 2U);
    EXPECT_EQ(json["zones"][1]["orders"].size(), 1U);
    EXPECT_EQ(json["zones"][1]["orders"][0]["blocks"], 1101);
    EXPECT_EQ(json["zones"][1]["orders"][0]["verdict"], "fits");
    EXPECT_EQ(json["compaction"]["failures"], 3);
    EXPECT_TRUE(json["rates"].is_null());
}

TEST_F(FragShow, RatesWithinAnInterval) {
    EXPECT_EQ(run({"show", "--json", "--interval", "2s"}), 0);
    EXPECT_EQ(program.json()["rates"]["seconds"], 2.0);
    EXPECT_EQ(program.json()["rates"]["direct_reclaims_per_s"], 0.0);
}

TEST_F(FragShow, AnOrderBeyondTheKernels) {
    EXPECT_EQ(run({"show", "--order", "3"}), 2);
    EXPECT_THAT(program.err.str(),
                HasSubstr("order 3 is beyond this kernel's largest block, which is of order 2"));
    EXPECT_EQ(program.out.str(), "");
}

TEST_F(FragShow, FilesThatAreMissingOrOfAnotherShape) {
    write("buddyinfo", "Node 0, zone Normal many\n");
    EXPECT_EQ(run({}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("unknown shape"));
    fs::remove(directory.path() + "/proc/buddyinfo");
    EXPECT_EQ(run({}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("/proc/buddyinfo"));
}

TEST_F(FragShow, WithoutWatermarksItJudgesByBlocks) {
    fs::remove(directory.path() + "/proc/zoneinfo");
    EXPECT_EQ(run({"show", "--order", "0"}), 0);
    EXPECT_THAT(program.out.str(), Not(HasSubstr("shortage")));
}

TEST_F(FragShow, BadIntervals) {
    EXPECT_EQ(run({"show", "--interval", "2h"}), 2);
    EXPECT_EQ(run({"show", "--interval", "soon"}), 2);
}

} // namespace
} // namespace kmemcgd
