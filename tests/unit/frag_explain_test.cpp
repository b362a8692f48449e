// SPDX-License-Identifier: GPL-2.0-only
// What allocation failures mean: flags by kernel version, causes, "frag explain".
#include "fake_kernel.hpp"
#include "frag/explain.hpp"
#include "temporary_directory.hpp"

#include <fstream>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

GfpFlags decoded(std::uint32_t mask, const char* release) {
    return *decode_gfp(mask, *parse_kernel_version(release));
}

TEST(KernelVersions, AreReadFromReleases) {
    EXPECT_EQ(parse_kernel_version("3.10.0-514.el7.x86_64"), (KernelVersion{3, 10, 0}));
    EXPECT_EQ(parse_kernel_version("2.6.33.7"), (KernelVersion{2, 6, 33}));
    EXPECT_EQ(parse_kernel_version("6.1"), (KernelVersion{6, 1, 0}));
    for (const auto* bad : {"", "six", "6", "6.", "6.x", ".1", "-1.2"})
        EXPECT_FALSE(parse_kernel_version(bad)) << bad;
}

// GFP_KERNEL as logs of these releases have it.
TEST(GfpFlags, TheSameFlagsInManyKernels) {
    const std::pair<const char*, std::uint32_t> masks[] = {
        {"2.6.33", 0xd0},   {"3.10", 0xd0},      {"4.3", 0xd0},       {"4.4", 0x24000c0},
        {"4.9", 0x24000c0}, {"4.10", 0x14000c0}, {"4.15", 0x14000c0}, {"4.17", 0x14000c0},
        {"4.19", 0x6000c0}, {"5.0", 0x6000c0},   {"5.10", 0xcc0},     {"6.12", 0xcc0},
    };
    for (const auto& [release, mask] : masks) {
        const auto flags = decoded(mask, release);
        EXPECT_EQ(flags.unknown, 0U) << release;
        EXPECT_TRUE(has_flag(flags, "__GFP_IO") && has_flag(flags, "__GFP_FS")) << release;
        EXPECT_TRUE(can_wait(flags)) << release;
    }
}

TEST(GfpFlags, WhoCannotWait) {
    EXPECT_FALSE(can_wait(decoded(0x20, "3.10")));     // GFP_ATOMIC
    EXPECT_FALSE(can_wait(decoded(0x2080020, "4.9"))); // likewise
    EXPECT_FALSE(can_wait(decoded(0xa20, "5.10")));    // likewise
    EXPECT_FALSE(can_wait(decoded(0x820, "6.12")));    // likewise
    EXPECT_FALSE(can_wait(decoded(0, "3.10")));
}

TEST(GfpFlags, TheExampleOf310) {
    const auto flags = decoded(0x10c0d0, "3.10.0-514");
    EXPECT_THAT(flags.names, UnorderedElementsAre("__GFP_WAIT", "__GFP_IO", "__GFP_FS",
                                                  "__GFP_COMP", "__GFP_ZERO", "__GFP_KMEMCG"));
    EXPECT_EQ(flags.unknown, 0U);
}

TEST(GfpFlags, WhatHadNoMeaningStaysABit) {
    EXPECT_EQ(decoded(0x100000, "3.7").unknown, 0x100000U);
    EXPECT_EQ(decoded(0x80000000, "6.1").unknown, 0x80000000U);
    EXPECT_EQ(decoded(0x100000, "3.16").unknown, 0x100000U);
    EXPECT_EQ(decoded(0x100000, "3.15").unknown, 0U);
    EXPECT_FALSE(decode_gfp(0xd0, {2, 6, 31}));
}

// A 2.6.32 with more than that has.
TEST(GfpFlags, OfRhel6) {
    const auto flags = decoded(0x4040d0, "2.6.32-431.el6.x86_64");
    EXPECT_EQ(flags.unknown, 0U);
    EXPECT_THAT(flags.names, Contains("__GFP_NO_KSWAPD"));
}

TEST(GfpFlags, TheVersionOfAMask) {
    EXPECT_EQ(version_of_mask(0x10c0d0), (KernelVersion{3, 10, 0}));
    EXPECT_EQ(version_of_mask(0x20), (KernelVersion{3, 10, 0}));
    EXPECT_EQ(version_of_mask(0x24000c0), (KernelVersion{4, 5, 0}));
    EXPECT_EQ(version_of_mask(0x2080020), (KernelVersion{4, 5, 0}));
}

TEST(GfpFlags, NamesAreTakenApart) {
    const auto flags = parse_gfp_names("GFP_KERNEL|__GFP_COMP|0x400|__GFP_NEW");
    EXPECT_THAT(flags.names, Contains("__GFP_DIRECT_RECLAIM"));
    EXPECT_THAT(flags.names, Contains("__GFP_COMP"));
    EXPECT_THAT(flags.names, Contains("__GFP_NEW"));
    EXPECT_EQ(flags.unknown, 0x400U);
    EXPECT_TRUE(can_wait(flags));
    EXPECT_FALSE(can_wait(parse_gfp_names("GFP_ATOMIC|__GFP_COMP")));
    EXPECT_FALSE(can_wait(parse_gfp_names("GFP_TRANSHUGE_LIGHT")));
    EXPECT_THAT(parse_gfp_names("|").names, IsEmpty());
}

TEST(GfpFlags, AtomicHadABitOfItsOwn) {
    for (const auto* release : {"4.6", "5.10", "6.2"})
        EXPECT_THAT(parse_gfp_names("GFP_ATOMIC", parse_kernel_version(release)).names,
                    Contains("__GFP_ATOMIC"))
            << release;
    EXPECT_THAT(parse_gfp_names("GFP_ATOMIC", KernelVersion{6, 3, 0}).names,
                Not(Contains("__GFP_ATOMIC")));
    EXPECT_THAT(parse_gfp_names("GFP_ATOMIC").names, Not(Contains("__GFP_ATOMIC")));
}

TEST(GfpFlags, NamesThatAreNotKnown) {
    EXPECT_TRUE(has_unknown_composite("__GFP_COMP|GFP_KERNEL_NEW"));
    EXPECT_FALSE(has_unknown_composite("GFP_KERNEL|__GFP_NEW|0x400"));
}

constexpr auto with_mem_info =
    "runc: page allocation failure: order:6, mode:0x40d0\n"
    "CPU: 1 PID: 4711 Comm: runc Not tainted 3.10.0-514.el7.x86_64 #1\n"
    "Node 0 DMA free:15908kB min:204kB low:252kB high:304kB\n"
    "Node 0 Normal free:20000kB min:11000kB low:13752kB high:16504kB\n"
    "Node 0 DMA: 1*4kB (U) 0*8kB 0*16kB 1*32kB (U) 2*64kB (U) 1*128kB (U) 1*256kB (U) 0*512kB "
    "1*1024kB (U) 1*2048kB (R) 3*4096kB (M) = 15908kB\n"
    "Node 0 Normal: 1163*4kB (UEM) 1101*8kB (UEM) 932*16kB (UEM) 222*32kB (UM) 0*64kB 0*128kB "
    "0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 35476kB\n";

Explanation explained(const std::string& log, const char* kernel = nullptr) {
    VersionHints hints;
    if (kernel != nullptr)
        hints.option = parse_kernel_version(kernel);
    return explain(find_failures(log, 1).at(0), hints);
}

TEST(Explain, ANetworkNamespaceOnFragmentedMemory) {
    const auto told = explained(with_mem_info);
    EXPECT_EQ(told.bytes, 256U << 10);
    EXPECT_EQ(told.version_from, VersionFrom::log);
    EXPECT_EQ(told.could_wait, true);
    EXPECT_EQ(told.cause, Verdict::fragmented);
    EXPECT_THAT(told.likely, Contains(HasSubstr("nf_conntrack")));
    EXPECT_THAT(told.advice, Contains(HasSubstr("zombies reap")));
    EXPECT_THAT(told.advice, Not(Contains(HasSubstr("drop_caches"))));
}

TEST(Explain, TheSameOrderOnANewerKernelIsNoNamespace) {
    EXPECT_THAT(explained("runc: page allocation failure: order:6, mode:0xcc0\n", "5.10").likely,
                Not(Contains(HasSubstr("nf_conntrack"))));
}

TEST(Explain, APacketThatCannotWait) {
    const auto told = explained("swapper/0: page allocation failure: order:2, "
                                "mode:0xa20(GFP_ATOMIC), nodemask=(null)\n");
    EXPECT_EQ(told.could_wait, false);
    EXPECT_FALSE(told.cause);
    EXPECT_THAT(told.likely, Contains(HasSubstr("packets")));
    EXPECT_THAT(told.advice, Contains(HasSubstr("min_free_kbytes")));
    EXPECT_THAT(told.advice, Contains(HasSubstr("Mem-Info")));
}

TEST(Explain, AZoneBelowItsMinIsAShortage) {
    const auto told = explained("x: page allocation failure: order:1, mode:0xd0\n"
                                "Node 0 Normal free:40kB min:44kB low:55kB\n"
                                "Node 0 Normal: 2*4kB (U) 4*8kB (U) = 40kB\n",
                                "3.10");
    EXPECT_EQ(told.cause, Verdict::shortage);
}

TEST(Explain, OtherZonesDoNotCount) {
    const auto told = explained("x: page allocation failure: order:1, mode:0xd1\n"
                                "Node 0 DMA: 2*4kB (U) 0*8kB = 8kB\n"
                                "Node 0 Normal: 2*4kB (U) 4*8kB (U) = 40kB\n",
                                "3.10");
    EXPECT_EQ(told.zones, std::vector<std::string>{"DMA"});
    EXPECT_EQ(told.cause, Verdict::shortage);
    EXPECT_FALSE(told.seen[1].could_serve);
}

// Those that print names are 4.6 or later: others can't be this host's, which is newer.
TEST(Explain, TheVersionIsTheMostCertainOne) {
    const std::string bare = "x: page allocation failure: order:4, mode:0xd0\n";
    const std::string named = "x: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL)\n";
    const std::string line = "CPU: 1 PID: 4711 Comm: x Not tainted 4.1.0 #1\n";
    const KernelVersion option{3, 2, 0};
    const KernelVersion old_host{3, 16, 0};
    const KernelVersion new_host{6, 18, 0};
    const auto chosen = [](const std::string& log, const VersionHints& hints) {
        const auto told = explain(find_failures(log, 1).at(0), hints);
        return std::pair(told.version, told.version_from);
    };
    using Chosen = std::pair<std::optional<KernelVersion>, VersionFrom>;
    EXPECT_EQ(chosen(bare + line, {option, old_host}), Chosen(option, VersionFrom::option));
    EXPECT_EQ(chosen(bare + line, {{}, old_host}), Chosen({{4, 1, 0}}, VersionFrom::log));
    EXPECT_EQ(chosen(bare, {{}, old_host}), Chosen(old_host, VersionFrom::host));
    EXPECT_EQ(chosen(bare, {{}, new_host}), Chosen({{3, 10, 0}}, VersionFrom::mask));
    EXPECT_EQ(chosen(bare, {}), Chosen({{3, 10, 0}}, VersionFrom::mask));
    EXPECT_EQ(chosen(named, {{}, new_host}), Chosen(new_host, VersionFrom::host));
    EXPECT_EQ(chosen(named, {{}, old_host}), Chosen({}, VersionFrom::nowhere));
}

TEST(Explain, WhatAnUnknownNameStandsForTheMaskTells) {
    const auto told = explained("x: page allocation failure: order:4, "
                                "mode:0xcc0(GFP_KERNEL_NEW), nodemask=(null)\n");
    EXPECT_EQ(told.could_wait, true);
    EXPECT_THAT(told.flags->names, Contains("__GFP_DIRECT_RECLAIM"));
}

// As in https://github.com/moby/moby/issues/40835.
TEST(Explain, ANamespacesCacheOfNfConntrack) {
    const std::string line = "runc:[1:CHILD]: page allocation failure: order:4, mode:0xc0d0\n";
    const auto guessed = explained(line);
    EXPECT_THAT(guessed.likely, Contains(HasSubstr("nf_conntrack")));
    EXPECT_THAT(guessed.likely, Contains(HasSubstr("PF_RING")));
    EXPECT_THAT(guessed.advice, Contains(HasSubstr("zombies reap")));
    const auto told =
        explained(line + "[<ffffffffa683f041>] memcg_alloc_cache_params+0x81/0xb0\n"
                         "[<ffffffffc069bdd1>] nf_conntrack_init_net+0xf1/0x260 [nf_conntrack]\n");
    EXPECT_THAT(told.likely, Contains(HasSubstr("by the trace, a new network namespace (netns)")));
    EXPECT_THAT(told.likely, Not(Contains(HasSubstr("PF_RING"))));
    EXPECT_THAT(told.likely, Not(Contains(HasSubstr("hash table"))));
    // Whatever the order.
    EXPECT_THAT(explained("runc: page allocation failure: order:3, mode:0xc0d0\n"
                          "[<ffffffffa683f041>] memcg_alloc_cache_params+0x81/0xb0\n")
                    .likely,
                Contains(HasSubstr("nf_conntrack")));
    for (const auto* other : {"x: page allocation failure: order:3, mode:0xc0d0\n",
                              "x: page allocation failure: order:9, mode:0xc0d0\n",
                              "x: page allocation failure: order:4, mode:0x20\n",
                              "x: page allocation failure: order:4, mode:0x4010\n",
                              "x: page allocation failure: order:4, mode:0xd0\n"
                              "Pid: 1, comm: x Not tainted 3.2.0 #1\n"})
        EXPECT_THAT(explained(other).likely, Not(Contains(HasSubstr("nf_conntrack")))) << other;
}

TEST(Explain, AsLargeAsAHugePageIsADriversBuffer) {
    const auto told = explained("modprobe: page allocation failure: order:10, "
                                "mode:0x40cc0(GFP_KERNEL|__GFP_COMP), nodemask=(null)\n");
    EXPECT_THAT(told.likely, UnorderedElementsAre(HasSubstr("a driver's buffer, for good")));
}

TEST(Explain, ForWhomTheKernelCompacts) {
    const auto could = [](const char* names, const char* order, const char* kernel) {
        return explained(std::string("x: page allocation failure: order:") + order + ", mode:0x1(" +
                             names + "), nodemask=(null)\n",
                         kernel)
            .could_compact;
    };
    EXPECT_EQ(could("GFP_KERNEL", "4", nullptr), true);
    EXPECT_EQ(could("GFP_KERNEL", "0", nullptr), false);
    EXPECT_EQ(could("GFP_NOIO", "4", nullptr), false);
    EXPECT_EQ(could("GFP_ATOMIC", "4", nullptr), false);
    EXPECT_EQ(could("GFP_NOFS", "4", "4.9"), false);
    EXPECT_EQ(could("GFP_NOFS", "4", "4.10"), true);
    EXPECT_EQ(could("GFP_NOFS", "4", nullptr), std::nullopt);
    for (const auto* mask : {"0x50", "0x20"})
        EXPECT_THAT(
            explained("x: page allocation failure: order:5, mode:" + std::string(mask) + "\n")
                .advice,
            Contains(HasSubstr("frag relieve --order 5: compacts, which the kernel does "
                               "not")))
            << mask;
}

class FragExplain : public ::testing::Test {
protected:
    FragExplain() {
        program.host_root = directory.path();
        directory.write("proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
    }
    int run(const std::string& log, std::vector<std::string> arguments = {}) {
        program.in.clear();
        program.in.str(log);
        arguments.insert(arguments.begin(), {"frag", "explain"});
        return program.run(arguments);
    }

    TemporaryDirectory directory;
    Program program;
};

TEST_F(FragExplain, ForPeople) {
    program.terminal = true;
    EXPECT_EQ(run(with_mem_info), 0);
    const auto said = program.out.str();
    EXPECT_THAT(said, HasSubstr("line 1: runc wanted order 6: 64 pages in a row, 256 KiB"));
    EXPECT_THAT(said, HasSubstr("__GFP_WAIT"));
    EXPECT_THAT(said, HasSubstr("as of Linux 3.10 (from the log)"));
    EXPECT_THAT(said, HasSubstr("in pieces that are too small"));
    EXPECT_THAT(said, HasSubstr("in blocks of up to 32.0 KiB"));
}

TEST_F(FragExplain, ForPrograms) {
    EXPECT_EQ(run(with_mem_info, {"-", "--json"}), 0);
    const auto one = program.json()["failures"][0];
    EXPECT_EQ(one["order"], 6);
    EXPECT_EQ(one["cause"], "fragmented");
    EXPECT_EQ(one["kernel"], "3.10");
    EXPECT_EQ(one["could_wait"], true);
    EXPECT_EQ(one["seen"].size(), 2U);
    EXPECT_EQ(run(with_mem_info), 0);
    EXPECT_EQ(program.out.str(), "1\trunc\t6\t262144\t0x40d0\t1\tfragmented\n");
}

TEST_F(FragExplain, TheKernelIsTheOptionsOrTheMasks) {
    const std::string line = "mysqld: page allocation failure. order:4, mode:0x10c0d0\n";
    EXPECT_EQ(run(line, {"--kernel", "3.10", "--json"}), 0);
    EXPECT_EQ(program.json()["failures"][0]["kernel_from"], "option");
    EXPECT_EQ(program.json()["failures"][0]["unknown_bits"], 0);
    EXPECT_EQ(run(line, {"--json"}), 0); // on a 6.1
    const auto one = program.json()["failures"][0];
    EXPECT_EQ(one["kernel_from"], "mask");
    EXPECT_EQ(one["kernel"], "3.10");
    EXPECT_EQ(one["could_wait"], true);
    EXPECT_EQ(one["could_compact"], true);
    program.terminal = true;
    EXPECT_EQ(run(line), 0);
    EXPECT_THAT(program.out.str(),
                HasSubstr("a log without names is from before 4.6; as of Linux 3.10, by the mask"));
    EXPECT_THAT(program.out.str(), HasSubstr("64.0 KiB with pages of 4 KiB"));
}

TEST_F(FragExplain, WhatTheKernelDidForTheCaller) {
    program.terminal = true;
    const auto said = [&](const char* mask, const char* order) {
        EXPECT_EQ(run(std::string("x: page allocation failure: order:") + order + ", mode:" + mask +
                      "\n"),
                  0);
        return program.out.str();
    };
    EXPECT_THAT(said("0x20", "1"), HasSubstr("could not wait"));
    EXPECT_THAT(said("0xd0", "1"), HasSubstr("the kernel reclaimed and compacted first"));
    EXPECT_THAT(said("0xd0", "0"), HasSubstr("a single page needs no compaction"));
    EXPECT_THAT(said("0x10", "1"), HasSubstr("that may do no I/O"));
    EXPECT_THAT(said("0x50", "1"), HasSubstr("that may not enter a filesystem, before 4.10"));
    EXPECT_THAT(said("0xc40(GFP_NOFS)", "1"), HasSubstr("the kernel reclaimed and compacted"));
    fs::remove(directory.path() + "/proc/sys/kernel/osrelease");
    EXPECT_THAT(said("0xc40(GFP_NOFS)", "1"), HasSubstr("if it is 4.10 or later"));
}

TEST_F(FragExplain, WithoutFlagsNoZoneIsJudged) {
    program.terminal = true;
    EXPECT_EQ(run(with_mem_info, {"--kernel", "2.6.18"}), 0);
    EXPECT_THAT(program.out.str(),
                HasSubstr("Linux 2.6.18 (from the option) is older than 2.6.32"));
    EXPECT_THAT(program.out.str(), HasSubstr("not told: the flags are not known"));
    EXPECT_EQ(run("page allocation failure: order:1, mode:0x20\n"), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("line 1: a task wanted order 1"));
}

TEST_F(FragExplain, BadInput) {
    EXPECT_EQ(run("nothing of the kind\n"), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("page allocation failure"));
    EXPECT_EQ(run("", {"/nonexistent/log"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("/nonexistent/log"));
    EXPECT_EQ(run(with_mem_info, {"--kernel", "newest"}), 2);
    EXPECT_EQ(program.out.str(), "");
}

TEST_F(FragExplain, ATasksNameDoesNotControlTheTerminal) {
    program.terminal = true;
    EXPECT_EQ(run("\x1b[2Jx: page allocation failure: order:4, mode:0xcc0\n"), 0);
    EXPECT_THAT(program.out.str(), Not(HasSubstr("\x1b[2J")));
}

} // namespace
} // namespace kmemcgd
