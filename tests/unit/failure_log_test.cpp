// SPDX-License-Identifier: GPL-2.0-only
// Allocation failures in a kernel's log: which lines belong to which.
#include "frag/failure_log.hpp"
#include "frag/log_line.hpp"

#include <chrono>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(LogLine, WhatLogsPutInFront) {
    const auto* text = "swapper/0: page allocation failure: order:1, mode:0x20";
    for (const auto* prefix :
         {"", "[  123.456789] ", "<4>[ 12.3] ", "Nov 25 10:00:00 host kernel: ",
          "Nov 25 10:00:00 host kernel: [  1.2] ", "[Thu Nov 26 16:20:42 2026] ", "[Nov26 16:20] ",
          "[  +0.000001] ", "kern  :warn  : [  100.000000] ", "4,12,100000000,-;"}) {
        const auto raw = prefix + std::string(text) + "\r";
        const auto line = split_log_line(raw);
        EXPECT_EQ(line.text, text) << prefix;
        EXPECT_EQ(line.caller, "") << prefix;
    }
}

TEST(LogLine, WhoWroteIt) {
    const std::pair<const char*, const char*> prefixes[] = {
        {"[  100.000000][   T12] ", "T12"},      {"[  100.000000][    C1] ", "C1"},
        {"[  100.000000] [   T12] ", "T12"},     {"<4>[    1.0][  T12] ", "T12"},
        {"4,12,100000000,-,caller=T12;", "T12"}, {"<4>[  100.000000] c1  1234 ", "c1"},
        {"kern  :warn  : [  1.0][ T7] ", "T7"},
    };
    for (const auto& [prefix, caller] : prefixes) {
        const auto raw = prefix + std::string("swapper/0: page");
        const auto line = split_log_line(raw);
        EXPECT_EQ(line.text, "swapper/0: page") << prefix;
        EXPECT_EQ(line.caller, caller) << prefix;
    }
}

TEST(LogLine, WhatOnlyLooksLikeIt) {
    for (const auto* text : {"4,x,1,-;a", "4,12;a", "kern: a", "user :warn : a", "[a", "[a]b",
                             "c1 x", "cx 1 y", "c1", "", "[1.0]", "[x] [Txx] a"})
        EXPECT_TRUE(std::string_view(text).ends_with(split_log_line(text).text)) << text;
    EXPECT_EQ(split_log_line("4,x,1,-;a").text, "4,x,1,-;a");
    EXPECT_EQ(split_log_line("kern: a").text, "kern: a");
    EXPECT_EQ(split_log_line("c1 x y").text, "c1 x y");
}

TEST(NodeSets, AreListsOfRanges) {
    const auto nodes = NodeSet::parse("0-1,3,cpuset=/");
    ASSERT_TRUE(nodes);
    for (std::uint32_t node = 0; node < 5; ++node)
        EXPECT_EQ(nodes->has(node), node != 2 && node != 4) << node;
    for (const auto* none : {"", "(null)", "-1", ",1"})
        EXPECT_FALSE(NodeSet::parse(none)) << none;
}

TEST(FailureLog, TheOldFormAndTheNew) {
    const auto found =
        find_failures("mysqld: page allocation failure. order:4, mode:0x10c0d0\n"
                      "runc:[1:CHILD]: page allocation failure: order:6, mode:0x10c0d0\n"
                      "kworker/u8:0: page allocation failure: order:5, "
                      "mode:0x40dc0(GFP_KERNEL|__GFP_COMP|__GFP_ZERO), nodemask=(null),cpuset=/,"
                      "mems_allowed=0\n",
                      10);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].task, "mysqld");
    EXPECT_EQ(found[0].order, 4U);
    EXPECT_EQ(found[0].mask, 0x10c0d0U);
    EXPECT_EQ(found[0].flags, "");
    EXPECT_EQ(found[1].task, "runc:[1:CHILD]");
    EXPECT_EQ(found[1].line, 2U);
    EXPECT_EQ(found[2].flags, "GFP_KERNEL|__GFP_COMP|__GFP_ZERO");
    EXPECT_FALSE(found[2].nodemask);
    ASSERT_TRUE(found[2].mems_allowed);
    EXPECT_FALSE(found[2].mems_allowed->has(1));
}

// As Debian's 4.9 prints it.
TEST(FailureLog, AHeaderInTwoLines) {
    const auto* rest = "page allocation failure: order:0, mode:0x2080020(GFP_ATOMIC)\n";
    const auto found = find_failures(std::string("[10.658] swapper/8: \n[10.659] ") + rest, 10);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].task, "swapper/8");
    EXPECT_EQ(found[0].line, 2U);
    EXPECT_EQ(find_failures(rest, 1).at(0).task, "");
    EXPECT_EQ(find_failures(std::string("[1.0][ T1] other: \n[1.0][ T2] ") + rest, 1).at(0).task,
              "");
}

TEST(FailureLog, WhatIsCutOrForeignIsPassedOver) {
    for (const auto* line :
         {"x: page allocation failure", "x: page allocation failure: order:", "",
          "x: page allocation failure: order:4", "x: page allocation failure: order:4, mode:0x",
          "x: page allocation failure: order:99, mode:0x20",
          "x: page allocation failure: order:4, mode:0xfffffffff", "order:4, mode:0x20",
          "oom-kill: order:0"})
        EXPECT_THAT(find_failures(line, 10), IsEmpty()) << line;
    EXPECT_EQ(find_failures("a: page allocation failure: order:1, mode:0x20\n"
                            "b: page allocation failure: order:2, mode:0x20\n",
                            1)
                  .size(),
              1U);
}

TEST(FailureLog, TheMemInfoBehindIt) {
    const auto found = find_failures(
        "runc: page allocation failure: order:6, mode:0x40d0\n"
        "CPU: 1 PID: 4711 Comm: runc Not tainted 3.10.0-514.el7.x86_64 #1\n"
        "Mem-Info:\n"
        "Node 0 Normal free:20000kB min:11000kB low:13752kB present:900kB managed:800kB "
        "reserved_highatomic:2048KB free_cma:12kB\n"
        "lowmem_reserve[]: 0 7 8 8\n"
        "Node 0 Normal: 1163*4kB (UEM) 7*8kB (C) 932*16kB 22*32kB (UMCH) 2*64kB (I) = 35476kB\n",
        10);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].version, (KernelVersion{3, 10, 0}));
    ASSERT_EQ(found[0].zones.size(), 1U);
    const auto& zone = found[0].zones[0];
    EXPECT_EQ(zone.blocks.zone, "Normal");
    EXPECT_THAT(zone.blocks.free_blocks, ElementsAre(1163, 7, 932, 22, 2));
    EXPECT_THAT(zone.users, ElementsAre(for_everybody, for_movable, for_everybody,
                                        for_everybody | for_movable | for_high_atomic, 0));
    EXPECT_EQ(zone.page_kb, 4U);
    ASSERT_TRUE(zone.report);
    EXPECT_EQ(zone.report->free_kb, 20000U);
    EXPECT_EQ(zone.report->min_kb, 11000U);
    EXPECT_EQ(zone.report->cma_kb, 12U);
    EXPECT_EQ(zone.report->high_atomic_kb, 2048U);
    EXPECT_EQ(zone.report->size_kb, 800U);
    EXPECT_THAT(zone.report->reserve, ElementsAre(0, 7, 8, 8));
}

// A kernel without CONFIG_NUMA.
TEST(FailureLog, ZonesWithoutANode) {
    const auto found = find_failures("x: page allocation failure: order:4, mode:0xd0\n"
                                     "Normal free:35476kB min:3000kB low:3752kB\n"
                                     "lowmem_reserve[]: 0 8192 8192\n"
                                     " free:35476 free_pcp:0 free_cma:0\n"
                                     "Nonsense free:35476kB min:3000kB low:3752kB\n"
                                     "Normal: 1163*4kB (UEM) 0*8kB = 35684kB\n"
                                     "Nonsense: 1163*4kB (UEM) 0*8kB = 35684kB\n",
                                     1);
    ASSERT_THAT(found.at(0).zones, SizeIs(1));
    EXPECT_EQ(found[0].zones[0].blocks.node, 0U);
    EXPECT_EQ(found[0].zones[0].blocks.zone, "Normal");
    ASSERT_TRUE(found[0].zones[0].report);
    EXPECT_EQ(found[0].zones[0].report->min_kb, 3000U);
}

TEST(FailureLog, NumbersThatNoLogHasAreNoZone) {
    for (const auto* blocks : {"99999999999999999999*4kB", "18446744073709551615*4kB", "1*0kB",
                               "1*18446744073709551615kB", "1*4kB 1*4kB", "1*4kB x*8kB"}) {
        const auto found =
            find_failures(std::string("x: page allocation failure: order:1, mode:0xd0\n"
                                      "Node 0 Normal: ") +
                              blocks + " = 8kB\n",
                          1);
        EXPECT_THAT(found.at(0).zones, IsEmpty()) << blocks;
    }
}

TEST(FailureLog, TheVersionInManyForms) {
    const std::pair<const char*, KernelVersion> lines[] = {
        {"Pid: 31170, comm: splat Tainted: P         C O 3.8.0-1-mainline #1", {3, 8, 0}},
        {"Pid: 1234, comm: swapper Not tainted 2.6.32-431.el6.x86_64 #1", {2, 6, 32}},
        {"CPU: 0 PID: 7 Comm: a #2 Not tainted 6.12.0-1-amd64 #1  Debian 6.12.1", {6, 12, 0}},
    };
    for (const auto& [line, version] : lines)
        EXPECT_EQ(find_failures(std::string("x: page allocation failure: order:4, mode:0xd0\n") +
                                    line + "\n",
                                1)
                      .at(0)
                      .version,
                  version)
            << line;
}

TEST(FailureLog, TheVersionOfTheBoot) {
    const auto found =
        find_failures("[    0.000000] Linux version 3.10.0-1062.el7.x86_64 (mockbuild@x) #1 SMP\n"
                      "[  100.0] a: page allocation failure: order:2, mode:0x10c0d0\n"
                      "[    0.000000] Linux version 5.14.0-70.el9.x86_64 (mockbuild@x) #1 SMP\n"
                      "[   99.0] CPU: 0 PID: 99 Comm: insmod Tainted: G OE 5.14.0-70.el9 #1\n"
                      "[   99.5] b: page allocation failure: order:2, mode:0xcc0(GFP_KERNEL)\n",
                      10);
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0].version, (KernelVersion{3, 10, 0}));
    EXPECT_EQ(found[1].version, (KernelVersion{5, 14, 0}));
}

constexpr auto failed = "[ 1.0] a: page allocation failure: order:2, mode:0x820(GFP_ATOMIC)\n";
constexpr auto normal = "[ 1.0] Node 0 Normal free:400kB min:60kB low:80kB\n"
                        "[ 1.0] Node 0 Normal: 100*4kB (UME) 0*8kB = 400kB\n";

TEST(FailureLog, AVersionBehindTheMemInfoIsSomebodyElses) {
    EXPECT_FALSE(find_failures(std::string(failed) + normal +
                                   "CPU: 0 PID: 99 Comm: insmod Not tainted 5.14.0 #1\n",
                               1)
                     .at(0)
                     .version);
}

TEST(FailureLog, TheMemInfoOfSomethingElse) {
    const std::string other = "[ 9.0] Node 0 DMA32: 7*4kB (UME) 0*8kB = 28kB\n";
    for (const std::string between :
         {"[ 9.0] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0\n",
          "[ 9.0] sysrq: Show Memory\n", "[ 9.0] x: vmalloc: allocation failure: 8192 bytes\n",
          "[ 9.0] x: vmalloc error: size 8192\n", "[ 9.0] Mem-Info:\n",
          "[ 9.0] Node 0 Normal free:1kB min:60kB low:80kB\n",
          "[ 9.0] Node 0 Normal: 1*4kB (UME) 0*8kB = 4kB\n", "[ 0.0] Linux version 6.1.0 (x)\n"}) {
        const auto found = find_failures(failed + (normal + between) + other, 1);
        ASSERT_THAT(found.at(0).zones, SizeIs(1)) << between;
        EXPECT_EQ(found[0].zones[0].report->free_kb, 400U) << between;
        EXPECT_EQ(found[0].zones[0].blocks.free_blocks[0], 100U) << between;
    }
    std::string long_after = failed;
    for (int line = 0; line < 1001; ++line)
        long_after += "[ 5.0] something else\n";
    EXPECT_THAT(find_failures(long_after + normal, 1).at(0).zones, IsEmpty());
}

TEST(FailureLog, TwoCpusAtOnceWithTheirNames) {
    const auto found =
        find_failures("[ 1.0][ T12] a: page allocation failure: order:2, mode:0x820(GFP_ATOMIC)\n"
                      "[ 1.0][ T20] b: page allocation failure: order:1, mode:0x820(GFP_ATOMIC)\n"
                      "[ 1.0][ T20] CPU: 1 PID: 20 Comm: b Not tainted 6.6.0 #1\n"
                      "[ 1.0][ T12] CPU: 0 PID: 12 Comm: a Not tainted 6.5.0 #1\n"
                      "[ 1.0][ T20] Node 0 Normal free:20kB min:1kB low:1kB\n"
                      "[ 1.0][ T12] Node 0 Normal free:12kB min:1kB low:1kB\n"
                      "[ 1.0][ T20] lowmem_reserve[]: 0 20\n"
                      "[ 1.0][ T12] lowmem_reserve[]: 0 12\n"
                      "[ 1.0][ T12] Node 0 Normal: 12*4kB (UME) = 12kB\n"
                      "[ 1.0][  T9] Node 0 DMA32: 9*4kB (UME) = 36kB\n"
                      "[ 1.0][ T20] Node 0 Normal: 20*4kB (UME) = 20kB\n",
                      10);
    ASSERT_THAT(found, SizeIs(2));
    for (std::size_t at = 0; at < 2; ++at) {
        const auto number = at == 0 ? 12U : 20U;
        EXPECT_EQ(found[at].version, (KernelVersion{6, at == 0 ? 5U : 6U, 0}));
        ASSERT_THAT(found[at].zones, SizeIs(1));
        EXPECT_EQ(found[at].zones[0].blocks.free_blocks[0], number);
        EXPECT_EQ(found[at].zones[0].report->free_kb, number);
        EXPECT_THAT(found[at].zones[0].report->reserve, ElementsAre(0, number));
    }
}

TEST(FailureLog, TwoCpusAtOnceWithoutNames) {
    const auto found = find_failures(failed + std::string(failed) + normal + normal + normal, 10);
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_THAT(found[0].zones, SizeIs(1));
    EXPECT_THAT(found[1].zones, SizeIs(1));
}

// Whatever it says, it is read in time that grows with its size.
TEST(FailureLog, ALogThatMeansHarm) {
    std::string log;
    for (int failure = 0; failure < 100; ++failure)
        log += failed;
    for (int zone = 0; zone < 100000; ++zone)
        log += "Node " + std::to_string(zone) + " Normal free:1kB min:1kB\nNode " +
               std::to_string(zone) + " Normal: 1*4kB\n";
    const auto begin = std::chrono::steady_clock::now();
    const auto found = find_failures(log, 1000);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
    EXPECT_THAT(found, SizeIs(100));
}

} // namespace
} // namespace kmemcgd
