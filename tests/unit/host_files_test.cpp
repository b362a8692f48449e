// SPDX-License-Identifier: GPL-2.0-only
// Files of /proc that metrics are read from.
#include "host/buddyinfo.hpp"
#include "host/direct_reclaim.hpp"
#include "temporary_directory.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Buddyinfo, NodesZonesAndOrders) {
    const auto zones = parse_buddyinfo("Node 0, zone      DMA      1      0      3 \n"
                                       "Node 12, zone   Normal    216     55 18446744073709551615 "
                                       "\n");
    ASSERT_TRUE(zones) << zones.error().message;
    ASSERT_EQ(zones->size(), 2U);
    EXPECT_EQ(zones->at(0).node, 0U);
    EXPECT_EQ(zones->at(0).zone, "DMA");
    EXPECT_THAT(zones->at(0).free_blocks, ElementsAre(1, 0, 3));
    EXPECT_EQ(zones->at(1).node, 12U);
    EXPECT_THAT(zones->at(1).free_blocks, ElementsAre(216, 55, 18446744073709551615U));
    EXPECT_TRUE(parse_buddyinfo("Node 0, zone DMA 1")); // without the line's end
}

TEST(Buddyinfo, AnUnknownShapeIsAnErrorThatQuotesTheLine) {
    const std::string good = "Node 0, zone DMA 1 2\n";
    for (const std::string bad :
         {"Node 0, zone DMA", "Node 0, zone", "Node 0 zone DMA 1 2", "Node x, zone DMA 1 2",
          "Node 0, zone DMA 1 x", "Node 0, zone DMA 1 -2", "Node 0, zone DMA 1 2 3",
          "Node 0, zone DMA 1 18446744073709551616", "Page block order: 9", ""}) {
        const auto zones = parse_buddyinfo(good + bad + "\n");
        ASSERT_FALSE(zones) << bad;
        EXPECT_THAT(zones.error().message, HasSubstr("line 2"));
        EXPECT_THAT(zones.error().message, HasSubstr("\"" + bad + "\""));
    }
    EXPECT_FALSE(parse_buddyinfo(""));
}

TEST(DirectReclaimFile, TheStallsOfAllZonesAreOneNumber) {
    const auto direct = parse_direct_reclaim("nr_free_pages 9\nallocstall_dma 1\n"
                                             "allocstall_normal 20\nallocstall_movable 300\n"
                                             "pgscan_direct_throttle 5\npgscan_direct 7\n");
    ASSERT_TRUE(direct);
    EXPECT_EQ(direct->events, 321U);
    EXPECT_EQ(direct->scanned_pages, 7U);
}

TEST(DirectReclaimFile, OlderKernelsAndUnknownOnes) {
    const auto old = parse_direct_reclaim("allocstall 4\n");
    ASSERT_TRUE(old);
    EXPECT_EQ(old->events, 4U);
    EXPECT_EQ(old->scanned_pages, std::nullopt);
    EXPECT_FALSE(parse_direct_reclaim("nr_free_pages 9\nallocstalls 3\n"));
    EXPECT_FALSE(parse_direct_reclaim("allocstall_dma many\n"));
    EXPECT_FALSE(parse_direct_reclaim(""));
}

TEST(HostFiles, AreReadBelowTheRoot) {
    const TemporaryDirectory root;
    const auto missing = read_buddyinfo(root.path());
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr(root.path() + "/proc/buddyinfo"));
    EXPECT_FALSE(read_direct_reclaim(root.path()));
    root.write("proc/buddyinfo", "Node 0, zone DMA 1 2\n");
    root.write("proc/vmstat", "allocstall_dma 3\n");
    EXPECT_TRUE(read_buddyinfo(root.path()));
    EXPECT_TRUE(read_direct_reclaim(root.path()));
}

} // namespace
} // namespace kmemcgd
