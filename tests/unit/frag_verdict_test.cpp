// SPDX-License-Identifier: GPL-2.0-only
// Why the zones of a log could not serve an allocation.
#include "frag/explain.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

Explanation explained(const std::string& flags, std::uint32_t order, const std::string& mem_info) {
    return explain(find_failures("x: page allocation failure: order:" + std::to_string(order) +
                                     ", mode:0x1(" + flags + mem_info,
                                 1)
                       .at(0),
                   {});
}

constexpr auto kernel = "GFP_KERNEL)\n";
constexpr auto atomic = "GFP_ATOMIC)\n";
constexpr auto movable = "GFP_HIGHUSER_MOVABLE)\n";

TEST(ZoneVerdict, WhatALowerZoneKeepsFromHigherOnes) {
    const auto* mem_info =
        "Node 0 DMA free:11264kB min:4kB low:16kB high:28kB\n"
        "lowmem_reserve[]: 0 2900 257000 257000 257000\n"
        "Node 0 DMA32 free:200000kB min:756kB low:3724kB high:6692kB\n"
        "lowmem_reserve[]: 0 0 254100 254100 254100\n"
        "Node 0 Normal free:60000kB min:66048kB low:326000kB high:586000kB\n"
        "lowmem_reserve[]: 0 0 0 0 0\n"
        "Node 0 DMA: 0*4kB 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 11*1024kB (U) = 11264kB\n"
        "Node 0 DMA32: 25000*4kB (UME) 12500*8kB (UME) 0*16kB 0*32kB 0*64kB = 200000kB\n"
        "Node 0 Normal: 15000*4kB (UME) 0*8kB 0*16kB 0*32kB 0*64kB = 60000kB\n";
    EXPECT_EQ(explained(kernel, 4, mem_info).cause, Verdict::shortage);
    // Nothing is kept from who asks for DMA32 in the first place.
    EXPECT_EQ(explained("GFP_KERNEL|GFP_DMA32)\n", 4, mem_info).cause, Verdict::fragmented);
}

TEST(ZoneVerdict, TheReserveIsThatOfTheZoneThatWasAsked) {
    // 32 bits without zone DMA: the entries are of Normal, HighMem and Movable.
    const auto* mem_info = "Normal free:20000kB min:3000kB low:3752kB high:4504kB\n"
                           "lowmem_reserve[]: 0 8192 8192\n"
                           "HighMem free:100kB min:512kB low:1752kB high:2504kB\n"
                           "lowmem_reserve[]: 0 0 0\n"
                           "Normal: 5000*4kB (UEM) 0*8kB 0*16kB 0*32kB 0*64kB = 20000kB\n"
                           "HighMem: 25*4kB (UEM) 0*8kB 0*16kB 0*32kB 0*64kB = 100kB\n";
    EXPECT_EQ(explained(kernel, 4, mem_info).cause, Verdict::fragmented);
    EXPECT_EQ(explained("GFP_HIGHUSER)\n", 4, mem_info).cause, Verdict::shortage);
    EXPECT_EQ(explained(movable, 4, mem_info).cause, Verdict::shortage);
}

TEST(ZoneVerdict, AHigherZoneThanThatAddsNothingToTheReserve) {
    const auto* mem_info = "Node 0 DMA32 free:20000kB min:3000kB low:3752kB high:4504kB\n"
                           "lowmem_reserve[]: 0 0 1000 9000 9000\n"
                           "Node 0 DMA32: 5000*4kB (UEM) 0*8kB 0*16kB 0*32kB 0*64kB = 20000kB\n"
                           "Node 0 Normal: 2*4kB (UEM) 0*8kB 0*16kB 0*32kB 0*64kB = 8kB\n"
                           "Node 0 Movable: 2*4kB (UEM) 0*8kB 0*16kB 0*32kB 0*64kB = 8kB\n";
    EXPECT_EQ(explained(kernel, 4, mem_info).cause, Verdict::fragmented);
    EXPECT_EQ(explained(movable, 4, mem_info).cause, Verdict::shortage);
}

TEST(ZoneVerdict, AllOfTheBlockIsTakenFromWhatIsFree) {
    const std::string blocks = "Node 0 Normal: 11000*4kB (UME) 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB "
                               "0*256kB 0*512kB 0*1024kB 1*2048kB (U) = 46048kB\n";
    EXPECT_EQ(explained(kernel, 9, "Node 0 Normal free:46048kB min:45056kB\n" + blocks).cause,
              Verdict::shortage);
    EXPECT_EQ(explained(kernel, 9, "Node 0 Normal free:46048kB min:44000kB\n" + blocks).cause,
              Verdict::fits);
}

TEST(ZoneVerdict, WhoCannotWaitGoesDeeper) {
    const auto* mem_info = "Node 0 Normal free:60000kB min:66048kB low:82560kB\n"
                           "Node 0 Normal: 15000*4kB (UME) 0*8kB 0*16kB = 60000kB\n";
    EXPECT_EQ(explained(kernel, 2, mem_info).cause, Verdict::shortage);
    EXPECT_EQ(explained("GFP_NOWAIT)\n", 2, mem_info).cause, Verdict::shortage);
    EXPECT_EQ(explained(atomic, 2, mem_info).cause, Verdict::fragmented);
    // 3/8 of min for one, half of it for the other.
    const auto* less = "Node 0 Normal free:28000kB min:66048kB low:82560kB\n"
                       "Node 0 Normal: 7000*4kB (UME) 0*8kB 0*16kB = 28000kB\n";
    EXPECT_EQ(explained(atomic, 2, less).cause, Verdict::fragmented);
    EXPECT_EQ(explained("GFP_ATOMIC|__GFP_NOMEMALLOC)\n", 2, less).cause, Verdict::shortage);
    EXPECT_EQ(explained("GFP_KERNEL|__GFP_HIGH)\n", 2, less).cause, Verdict::shortage);
}

TEST(ZoneVerdict, BlocksThatOnlySomeMayHave) {
    for (const auto* letter : {"(C)", "(H)", "(I)"}) {
        const auto mem_info =
            std::string("Node 0 Normal: 9000*4kB (UMECH) 0*8kB 9*16kB ") + letter + " = 1kB\n";
        const auto largest = [&](const char* flags) {
            return explained(flags, 2, mem_info).seen.at(0).largest_bytes;
        };
        EXPECT_EQ(explained(kernel, 2, mem_info).cause, Verdict::fragmented) << letter;
        EXPECT_EQ(largest(kernel), 4096U) << letter;
        EXPECT_EQ(largest(movable), *(letter + 1) == 'C' ? 16384U : 4096U) << letter;
        EXPECT_EQ(largest(atomic), *(letter + 1) == 'H' ? 16384U : 4096U) << letter;
    }
}

TEST(ZoneVerdict, WhatIsReservedDoesNotCountAsFree) {
    const std::string blocks = " min:60000kB low:86000kB reserved_highatomic:4000KB "
                               "free_cma:30000kB\n"
                               "Node 0 Normal: 25000*4kB (UMECH) 0*8kB 0*16kB = 100000kB\n";
    const auto cause = [&](const char* flags, const std::string& free) {
        return explained(flags, 2, "Node 0 Normal free:" + free + "kB" + blocks).cause;
    };
    EXPECT_EQ(cause(kernel, "94000"), Verdict::shortage);
    EXPECT_EQ(cause(kernel, "94100"), Verdict::fragmented);
    EXPECT_EQ(cause(movable, "64100"), Verdict::fragmented);
    EXPECT_EQ(cause(movable, "64000"), Verdict::shortage);
    EXPECT_EQ(cause(atomic, "52600"), Verdict::fragmented); // 30000, and 3/8 of 60000
    EXPECT_EQ(cause(atomic, "52500"), Verdict::shortage);
}

TEST(ZoneVerdict, ZoneDmaCountsUnlessItIsSmall) {
    const std::string dma = "Node 0 DMA: 4000*4kB (UME) 0*8kB 0*16kB = 16000kB\n";
    const std::string normal = "Node 0 Normal: 2*4kB (UME) 0*8kB 0*16kB = 8kB\n";
    const std::string report = "Node 0 DMA free:16000kB min:4kB low:5kB ";
    EXPECT_EQ(explained(kernel, 2, dma + normal).cause, Verdict::shortage);
    EXPECT_EQ(explained(kernel, 2, dma).cause, Verdict::fragmented);
    EXPECT_EQ(explained(kernel, 2, dma + "Node 1 Normal: 2*4kB (UME) 0*8kB 0*16kB\n").cause,
              Verdict::fragmented);
    EXPECT_EQ(explained(kernel, 2, report + "managed:900000kB\n" + dma + normal).cause,
              Verdict::fragmented);
    EXPECT_FALSE(explained(kernel, 2, report + "managed:15908kB\n" + dma).cause);
    EXPECT_EQ(
        explained(kernel, 2, "Node 0 DMA: 4097*4kB (UME) 0*8kB 0*16kB = 16388kB\n" + normal).cause,
        Verdict::fragmented);
    EXPECT_EQ(explained("GFP_KERNEL|GFP_DMA)\n", 2, report + "managed:15908kB\n" + dma).cause,
              Verdict::fragmented);
}

TEST(ZoneVerdict, OnlyNodesThatWereLeftToChooseFrom) {
    const auto cause = [](const std::string& flags) {
        return explained(flags, 2,
                         "Node 0 Normal: 9000*4kB (UME) 0*8kB 0*16kB = 36000kB\n"
                         "Node 1 Normal: 2*4kB (UME) 0*8kB 0*16kB = 8kB\n")
            .cause;
    };
    EXPECT_EQ(cause("GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=0-1\n"),
              Verdict::fragmented);
    EXPECT_EQ(cause("GFP_KERNEL), nodemask=1,cpuset=/,mems_allowed=0-1\n"), Verdict::shortage);
    EXPECT_EQ(cause("GFP_USER), nodemask=(null),cpuset=/,mems_allowed=1\n"), Verdict::shortage);
    // Without __GFP_HARDWALL it may leave its cpuset.
    EXPECT_EQ(cause("GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=1\n"), Verdict::fragmented);
}

} // namespace
} // namespace kmemcgd
