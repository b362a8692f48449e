// SPDX-License-Identifier: GPL-2.0-only
// What a relief is made of: the goal, the room, the host's load, values that are put back,
// and the child that compacts.
#include "frag/busy_gate.hpp"
#include "frag/kept_values.hpp"
#include "frag/linux_compactor.hpp"
#include "frag/room.hpp"
#include "frag/short_slices.hpp"
#include "relief_host.hpp"

#include <array>
#include <fstream>
#include <set>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::vector<BuddyZone> two_nodes = {{0, "DMA", {9, 9, 9}},
                                          {0, "DMA32", {8, 0, 1}},
                                          {0, "Normal", {5, 3, 2}},
                                          {1, "Normal", {1, 1, 1}}};

TEST(ReliefGoal, LargerBlocksAreSeveral) {
    EXPECT_EQ(free_blocks(two_nodes, 2, std::nullopt), 4U);
    EXPECT_EQ(free_blocks(two_nodes, 1, std::nullopt), 3 + 4 + 1 + 2 + 2U);
    EXPECT_EQ(free_blocks(two_nodes, 1, 1), 3U);
    EXPECT_EQ(free_blocks(two_nodes, 3, std::nullopt), 0U); // there is no such order
    EXPECT_TRUE(is_met({.order = 2, .blocks = 4}, two_nodes));
    EXPECT_FALSE(is_met({.order = 2, .blocks = 5}, two_nodes));
}

TEST(ReliefGoal, ScatteredIsWhatIsInSmallerOnes) {
    EXPECT_EQ(scattered_pages(two_nodes, 2, 0), 8 + 5 + 6U);
    EXPECT_EQ(scattered_pages(two_nodes, 0, 0), 0U);
}

TEST(ReliefGoal, ANodeWithoutMemoryIsNone) {
    EXPECT_TRUE(check_goal({.order = 2, .blocks = 1, .node = 1}, two_nodes));
    EXPECT_FALSE(check_goal({.order = 2, .blocks = 1, .node = 2}, two_nodes));
}

// As on arm64 with little memory, and on ppc64.
TEST(ReliefGoal, ZoneDmaCountsWhereItIsAllThereIs) {
    const auto zones = parse_buddyinfo("Node 0, zone DMA 9 1\nNode 0, zone Normal 5 3\n"
                                       "Node 1, zone DMA 4 2\nNode 1, zone Movable 0 0\n");
    ASSERT_TRUE(zones);
    EXPECT_TRUE(check_goal({.order = 1, .blocks = 1, .node = 1}, *zones));
    EXPECT_EQ(free_blocks(*zones, 1, 0), 3U);
    EXPECT_EQ(free_blocks(*zones, 1, 1), 2U);
    EXPECT_EQ(scattered_pages(*zones, 1, std::nullopt), 5 + 4U);
}

TEST(ReliefRoom, IsWhatIsAboveTheLowWatermarks) {
    const ZoneInfos infos = {{{0, "DMA"}, {1, 2, 50}},
                             {{0, "DMA32"}, {1, 20, 100}}, // less is free
                             {{0, "Normal"}, {1, 9, 200}},
                             {{1, "Normal"}, {1, 2, 300}}};
    const auto room = room_for({.order = 2, .blocks = 10}, two_nodes, infos);
    ASSERT_TRUE(room);
    EXPECT_EQ(room->spare, (19 - 9) + (7 - 2U));
    EXPECT_EQ(room->wanted, 40U);
    EXPECT_EQ(room->needed, 40 + 3 * 8U);
    EXPECT_EQ(room->managed, 600U);
    EXPECT_EQ(room->host, 650U);
    EXPECT_EQ(room_for({.order = 2, .blocks = 10, .node = 1}, two_nodes, infos)->managed, 300U);
    EXPECT_FALSE(room_for({.order = 2, .blocks = 10}, two_nodes, {}));
}

TEST(HostLoad, IsReadFromTheKernelsFiles) {
    const ReliefHostFiles files;
    files.pressure("3.25");
    files.write("proc/loadavg", "12.50 1.00 2.00 3/456 789\n");
    files.write("sys/devices/system/cpu/online", "0-3,8,10-11\n");
    const auto load = read_host_load(files.root());
    EXPECT_EQ(load.memory_psi, 3.25);
    EXPECT_EQ(load.load, 12.5);
    EXPECT_EQ(load.cpus, 7U);
}

TEST(HostLoad, WhatHasAnotherShapeIsNotThere) {
    for (const auto* bad :
         {"", " ", "1", "1.5", "x.00 1", "-1.00 ", "1.x0 ", "nan ", "inf ", "1e2 "})
        EXPECT_FALSE(parse_loadavg(bad)) << bad;
    for (const auto* bad : {"", "x", "3-", "3-1", "1,", "1;2", "-1"})
        EXPECT_FALSE(count_cpus(bad)) << bad;
    EXPECT_EQ(count_cpus("5\n"), 1U);
    EXPECT_EQ(count_cpus("0-3,8\n"), 5U);
}

// The kernel's average moves as 1 - e^(-t / 60 s).
TEST(BusyGate, OurOwnLoadDoesNotCount) {
    OwnLoad own;
    const TimePoint begin{};
    EXPECT_EQ(own.at(begin, true), 0);
    EXPECT_NEAR(own.at(begin + 60s, true), 0.632, 0.001);
    EXPECT_NEAR(own.at(begin + 600s, false), 1, 0.001);
    EXPECT_NEAR(own.at(begin + 660s, false), 0.368, 0.001);

    const ReliefHostFiles files;
    files.write("sys/devices/system/cpu/online", "0\n");
    files.write("proc/loadavg", "1.20 1.00 1.00 1/1 1\n");
    BusyGate gate(files.root(), {});
    EXPECT_TRUE(gate.busy(begin, true));
    EXPECT_FALSE(gate.busy(begin + 60s, true));
}

TEST(BusyGate, AtTheLimitItIsBusy) {
    const ReliefHostFiles files;
    BusyGate gate(files.root(), {.psi_percent = 5, .load_per_cpu = 0.5});
    files.pressure("4.99");
    EXPECT_FALSE(gate.busy({}, false));
    files.pressure("5.00");
    EXPECT_THAT(*gate.busy({}, false), HasSubstr("5.0 %"));
    files.pressure("0.00");
    files.write("proc/loadavg", "1.00 1.00 1.00 1/1 1\n");
    EXPECT_THAT(*gate.busy({}, false), HasSubstr("0.50"));
}

TEST(KeptValues, ThatCanNotBeNotedAreNotRaised) {
    const ReliefHostFiles files;
    const auto setting = file_setting("it", files.root() + "/proc/sys/vm/compaction_proactiveness");
    auto kept = KeptValues::open(files.root() + "/run/kmemcgd");
    ASSERT_TRUE(kept);
    // Nothing can be written over a directory.
    std::filesystem::create_directories(files.root() + "/run/kmemcgd/relief.json.new");
    EXPECT_FALSE(Raised::raise(setting, 80, *kept));
    EXPECT_EQ(files.proactiveness(), "20\n");
}

TEST(KeptValues, WhatCanNotBePutBackStaysNoted) {
    const ReliefHostFiles files;
    const auto name = files.root() + "/proc/sys/vm/compaction_proactiveness";
    {
        auto kept = KeptValues::open(files.root() + "/run/kmemcgd");
        ASSERT_TRUE(kept);
        auto raised = Raised::raise(file_setting("it", name), 80, *kept);
        ASSERT_TRUE(raised);
        std::filesystem::remove(name);
        EXPECT_FALSE(raised->put_back());
        // Else the raised value would be taken for the old one.
        files.write("proc/sys/vm/compaction_proactiveness", "80\n");
        EXPECT_FALSE(Raised::raise(file_setting("it", name), 90, *kept));
    }
    EXPECT_THAT(files.read("run/kmemcgd/relief.json"), HasSubstr("\"it\""));
    const auto again = KeptValues::open(files.root() + "/run/kmemcgd");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->all().at("it").before, 20U);
}

// As when the kernel did it, and its answer is lost.
TEST(KeptValues, WhatWasWrittenInSpiteOfAnErrorIsPutBack) {
    const ReliefHostFiles files;
    auto kept = KeptValues::open(files.root() + "/run/kmemcgd");
    ASSERT_TRUE(kept);
    std::uint64_t value = 20;
    const Setting setting{"it", [&] { return Result<std::uint64_t>(value); },
                          [&](std::uint64_t written) -> Status {
                              value = written;
                              if (written == 80)
                                  return Error{.message = "the kernel's answer was lost"};
                              return success();
                          }};
    EXPECT_FALSE(Raised::raise(setting, 80, *kept));
    EXPECT_EQ(value, 20U);
    EXPECT_TRUE(kept->all().empty());
}

TEST(KeptValues, ADirectoryThatCanNotBeMade) {
    const ReliefHostFiles files;
    files.write("run", "a file\n");
    EXPECT_FALSE(KeptValues::open(files.root() + "/run/kmemcgd"));
}

class LinuxCompactorTest : public ::testing::Test {
protected:
    Compactor::State wait() {
        for (int i = 0; i < 5000; ++i) {
            const auto state = compactor.poll();
            if (state != Compactor::State::running)
                return state;
            std::this_thread::sleep_for(1ms);
        }
        return Compactor::State::running;
    }
    // A fifo that nobody reads any more: the child is killed as it would be in the kernel.
    void make_full_fifo() {
        files.remove("sys/devices/system/node/node0/compact");
        const auto name = files.root() + "/sys/devices/system/node/node0/compact";
        ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
        fifo_.emplace(::open(name.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
        const std::string much(4096, 'x');
        while (::write(fifo_->number(), much.data(), much.size()) > 0) {
        }
        // To the last byte: a write of one would still fit.
        while (::write(fifo_->number(), "x", 1) > 0) {
        }
    }

    ReliefHostFiles files;
    std::optional<Descriptor> fifo_;
    LinuxCompactor compactor{files.root()};
};

TEST_F(LinuxCompactorTest, WritesToTheNodesFile) {
    EXPECT_EQ(compactor.poll(), Compactor::State::idle);
    EXPECT_TRUE(compactor.check(0));
    EXPECT_EQ(files.read("sys/devices/system/node/node0/compact"), "");
    ASSERT_TRUE(compactor.start(0));
    EXPECT_EQ(wait(), Compactor::State::finished);
    EXPECT_EQ(files.read("sys/devices/system/node/node0/compact"), "1");
}

TEST_F(LinuxCompactorTest, IsStoppedInTheMiddle) {
    make_full_fifo();
    ASSERT_TRUE(compactor.start(0));
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(compactor.poll(), Compactor::State::running);
    compactor.stop();
    EXPECT_EQ(wait(), Compactor::State::idle);
}

// The lock that keeps others away, or the socket for metrics, would be the child's as well,
// and it may take long to end.
TEST_F(LinuxCompactorTest, LeavesTheChildNothingElse) {
    make_full_fifo();
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const Descriptor in(ends[0]);
    {
        const Descriptor out(ends[1]);
        ASSERT_TRUE(compactor.start(0));
    }
    pollfd entry{.fd = in.number(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&entry, 1, 5000), 1); // nobody has the other end
    EXPECT_EQ(entry.revents, POLLHUP);
    EXPECT_EQ(compactor.poll(), Compactor::State::running);
}

TEST_F(LinuxCompactorTest, TakesTheChildWithIt) {
    make_full_fifo();
    {
        LinuxCompactor brief(files.root());
        ASSERT_TRUE(brief.start(0));
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1); // there is no child any more
}

TEST_F(LinuxCompactorTest, SaysWhyNot) {
    const auto none = compactor.check(7);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().error_number, ENOENT);
    EXPECT_FALSE(compactor.start(7));
    files.remove("sys/devices/system/node/node0/compact");
    std::filesystem::create_symlink("/dev/full",
                                    files.root() + "/sys/devices/system/node/node0/compact");
    ASSERT_TRUE(compactor.start(0));
    EXPECT_EQ(wait(), Compactor::State::failed);
    EXPECT_EQ(compactor.error().error_number, ENOSPC);
}

TEST(ShortSlices, TheCpuStandsBehindANameOfAnyKind) {
    const std::string fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 "
                               "25 26 27 28 29 30 31 32 33 34 35";
    EXPECT_EQ(last_cpu("7 (name)" + fields + " 5 0\n"), 5);
    EXPECT_EQ(last_cpu("7 (a ) b) S (c)" + fields + " 12 0\n"), 12);
    EXPECT_EQ(last_cpu("7 (name)" + fields), -1);
    EXPECT_EQ(last_cpu("7 (name)" + fields + " x"), -1);
    EXPECT_EQ(last_cpu("7 name"), -1);
    EXPECT_EQ(last_cpu(""), -1);
}

TEST(ShortSlices, ATaskThatNobodyWaitedForIsDead) {
    EXPECT_TRUE(is_dead("7 (name) Z 1 2 3"));
    EXPECT_TRUE(is_dead("7 (a ) S b) X 1"));
    EXPECT_FALSE(is_dead("7 (a) Z b) S 1"));
    EXPECT_FALSE(is_dead("7 (name) "));
    EXPECT_FALSE(is_dead(""));
}

std::set<pid_t> threads() {
    std::set<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
        found.insert(std::stoi(entry.path().filename()));
    return found;
}

// Nothing where it may run on more than one, as at first.
std::optional<int> only_cpu(pid_t task) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(task, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1)
        return std::nullopt;
    for (int cpu = 0;; ++cpu) {
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &set))
            return cpu;
    }
}

// How often one of our threads began to sleep in that time.
std::uint64_t wakeups(pid_t thread, std::chrono::milliseconds time) {
    const auto count = [thread] {
        std::ifstream in("/proc/self/task/" + std::to_string(thread) + "/status");
        std::string word;
        std::uint64_t switches = 0;
        while (in >> word && word != "voluntary_ctxt_switches:") {
        }
        in >> switches;
        return switches;
    };
    const auto before = count();
    std::this_thread::sleep_for(time);
    return count() - before;
}

TEST(ShortSlices, AreMadeWhereTheTaskIs) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    int last = CPU_SETSIZE - 1; // of those that are allowed
    while (!CPU_ISSET(static_cast<std::size_t>(last), &allowed))
        --last;
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(static_cast<std::size_t>(last), &one);
        ::sched_setaffinity(0, sizeof one, &one);
        for (;;)
            ::pause();
    }
    const auto before = threads();
    {
        ShortSlices slices;
        auto added = threads();
        for (const auto thread : before)
            added.erase(thread);
        ASSERT_EQ(added.size(), 1U);
        EXPECT_FALSE(only_cpu(*added.begin()));
        slices.of(child);
        const auto is_there = [&] {
            const auto cpu = only_cpu(*added.begin());
            return cpu && (*cpu == last);
        };
        for (int i = 0; i < 5000 && !is_there(); ++i)
            std::this_thread::sleep_for(1ms);
        EXPECT_TRUE(is_there());
        // Dead, and not waited for: it sleeps, and goes on with the next one.
        ::kill(child, SIGKILL);
        const auto sleeps = [&] { return wakeups(*added.begin(), 20ms) == 0; };
        for (int i = 0; i < 250 && !sleeps(); ++i) {
        }
        EXPECT_TRUE(sleeps());
        slices.of(::getpid());
        EXPECT_FALSE(sleeps());
    }
    EXPECT_EQ(threads(), before);
    ::waitpid(child, nullptr, 0);
}

} // namespace
} // namespace kmemcgd
