// SPDX-License-Identifier: GPL-2.0-only
// The engine that gets large blocks back: steps, their order, limits, and that all is put
// back.
#include "frag/relief.hpp"
#include "relief_host.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReliefTest : public ::testing::Test {
protected:
    ReliefTest() {
        kernel.loaded = false;
        kernel.config.values[KMEMCGD_A_CONFIG_ENABLED] = 1;
    }
    ReliefHost host() {
        return {files.root(),
                [this]() -> Result<Client> {
                    ++connects;
                    return Client::connect(std::make_unique<FakeTransport>(kernel), kernel.clock);
                },
                &compactor};
    }
    Result<std::unique_ptr<Relief>> open() {
        return Relief::open(goal, limits, host(), kernel.clock.time);
    }
    // Until it is done, or `until` says so. What it waits for passes at once.
    static constexpr int most_steps = 100000;
    void go(Relief& relief, const std::function<bool()>& until = {}) {
        for (int i = 0; i < most_steps && !(until && until()); ++i) {
            const auto next = relief.step(kernel.clock.time);
            ASSERT_TRUE(next) << next.error().message;
            if (!*next)
                return;
            EXPECT_LE(**next - kernel.clock.time, 40s);
            kernel.clock.time = std::max(kernel.clock.time, **next) + 1ms;
        }
    }
    ReliefReport run() {
        auto relief = open();
        EXPECT_TRUE(relief) << relief.error().message;
        if (!relief)
            return {};
        go(**relief);
        return (*relief)->report();
    }
    Result<ReliefReport> plan() { return Relief::plan(goal, limits, host(), kernel.clock.time); }
    static const ReliefStepReport& told(const ReliefReport& report, ReliefAction action) {
        for (const auto& step : report.steps) {
            if (step.action == action)
                return step;
        }
        static const ReliefStepReport none;
        ADD_FAILURE() << "no step " << action_name(action);
        return none;
    }
    void meet_goal() const { files.buddies("16000 0 80 0"); }
    // A module with a class, whose host is short of memory.
    void make_short() {
        kernel.loaded = true;
        kernel.classes.push_back({.id = 7, .path = "/bulk"});
        kernel.pressure.state = KMEMCGD_PRESSURE_RECLAIMING;
        files.zones(16300, 100000);
    }
    [[nodiscard]] std::uint32_t node_free() const {
        return kernel.config.at(KMEMCGD_A_CONFIG_NODE_FREE_MB);
    }

    ReliefHostFiles files;
    FakeKernel kernel;
    FakeCompactor compactor;
    ReliefGoal goal{.order = 2, .blocks = 64, .node = std::nullopt};
    ReliefLimits limits;
    int connects = 0;
};

TEST_F(ReliefTest, AGoalThatIsMetIsDoneAtOnce) {
    meet_goal();
    auto relief = open();
    ASSERT_TRUE(relief);
    const auto next = (*relief)->step(kernel.clock.time);
    ASSERT_TRUE(next);
    EXPECT_FALSE(*next);
    const auto report = (*relief)->report();
    EXPECT_EQ(report.end, ReliefEnd::met);
    EXPECT_TRUE(report.steps.empty());
    EXPECT_EQ(report.blocks_after, 80U);
    EXPECT_EQ(connects, 0);
    EXPECT_FALSE(files.has("run"));
}

TEST_F(ReliefTest, WithoutTheModuleItCompacts) {
    compactor.on_poll = [this] { meet_goal(); };
    const auto report = run();
    EXPECT_EQ(report.end, ReliefEnd::met);
    EXPECT_EQ(report.blocks_before, 0U);
    EXPECT_EQ(report.blocks_after, 80U);
    ASSERT_EQ(report.steps.size(), 3U);
    EXPECT_EQ(report.steps[0].action, ReliefAction::zombies);
    EXPECT_THAT(report.steps[0].note, HasSubstr("not loaded"));
    EXPECT_EQ(report.steps[1].action, ReliefAction::cache);
    EXPECT_THAT(report.steps[1].note, HasSubstr("not short"));
    EXPECT_EQ(report.steps[2].action, ReliefAction::compaction);
    EXPECT_TRUE(report.steps[2].done);
    EXPECT_EQ(report.steps[2].blocks_after, 80U);
}

// Not through the whole node.
TEST_F(ReliefTest, CompactionEndsWithTheGoal) {
    compactor.polls = 1000;
    int polls = 0;
    compactor.on_poll = [&] {
        if (++polls == 5)
            meet_goal();
    };
    const auto report = run();
    EXPECT_EQ(report.end, ReliefEnd::met);
    EXPECT_EQ(compactor.stops, 1);
    EXPECT_FALSE(compactor.is_running());
    EXPECT_LE(polls, 7);
    EXPECT_THAT(report.steps.back().note, HasSubstr("stopped within node 0"));
}

TEST_F(ReliefTest, ACompactionThatDoesNotStopIsNotWaitedForForEver) {
    compactor.polls = 1 << 20;
    compactor.ignores_stop = true;
    compactor.on_poll = [this] { meet_goal(); };
    const auto before = kernel.clock.time;
    const auto report = run();
    EXPECT_EQ(report.end, ReliefEnd::met);
    EXPECT_LT(kernel.clock.time - before, 5s);
    EXPECT_THAT(report.notes, ElementsAre(HasSubstr("has not yet")));
}

TEST_F(ReliefTest, NodesWithMostToGainFirstAndOnlyTheOneWanted) {
    files.write("proc/buddyinfo", "Node 0, zone Normal 100 0 0 0\nNode 1, zone Normal 900 0 0 0\n"
                                  "Node 2, zone Normal 3 0 0 0\n");
    limits.timeout = 700ms;
    run();
    EXPECT_THAT(compactor.started, ElementsAre(1, 0)); // node 2 has none to gain
    compactor.started.clear();
    goal.node = 0;
    run();
    EXPECT_THAT(compactor.started, ElementsAre(0));
}

TEST_F(ReliefTest, PausesWhileTasksWaitForMemory) {
    compactor.polls = 20;
    int polls = 0;
    compactor.on_poll = [&] {
        if (++polls == 2)
            files.pressure("35.00");
    };
    auto relief = open();
    ASSERT_TRUE(relief);
    go(**relief, [&] { return compactor.stops == 1; });
    go(**relief, [&] { return !compactor.is_running(); });
    const auto stopped = kernel.clock.time;
    go(**relief, [&] { return kernel.clock.time >= stopped + 3s; });
    EXPECT_EQ(compactor.started.size(), 1U); // it waits
    files.pressure("1.00");
    compactor.on_poll = [this] { meet_goal(); };
    go(**relief);
    const auto report = (*relief)->report();
    EXPECT_EQ(report.end, ReliefEnd::met);
    EXPECT_THAT(compactor.started, ElementsAre(0, 0)); // the same again
    EXPECT_EQ(report.steps.back().pauses, 1U);
}

TEST_F(ReliefTest, AHostThatIsBusyAllTheTimeIsLeftAlone) {
    files.write("proc/loadavg", "2.00 0.10 0.10 1/100 1\n"); // of two CPUs
    const auto report = run();
    EXPECT_EQ(report.end, ReliefEnd::timed_out);
    EXPECT_TRUE(compactor.started.empty());
    EXPECT_EQ(files.proactiveness(), "20\n");
    EXPECT_THAT(told(report, ReliefAction::compaction).note, HasSubstr("the load of each CPU"));
    const auto& proactiveness = told(report, ReliefAction::proactiveness);
    EXPECT_FALSE(proactiveness.done);
    EXPECT_THAT(proactiveness.note, HasSubstr("the load of each CPU is 1.00, the limit is 1.00"));
}

TEST_F(ReliefTest, WhereNothingTellsHowBusyTheHostIsNothingIsMoved) {
    files.remove("proc/loadavg");
    files.remove("proc/pressure/memory");
    run();
    EXPECT_TRUE(compactor.started.empty());
}

TEST_F(ReliefTest, WithoutPsiOnlyTheLoadCounts) {
    files.remove("proc/pressure/memory");
    compactor.on_poll = [this] { meet_goal(); };
    const auto report = run();
    EXPECT_EQ(report.end, ReliefEnd::met);
    EXPECT_THAT(report.notes, ElementsAre(HasSubstr("/proc/pressure/memory can't be read")));
}

TEST_F(ReliefTest, RoundsComeMoreAndMoreSeldom) {
    std::vector<TimePoint> starts;
    limits.timeout = 100s;
    auto relief = open();
    ASSERT_TRUE(relief);
    std::size_t seen = 0;
    go(**relief, [&] {
        if (compactor.started.size() > seen) {
            seen = compactor.started.size();
            starts.push_back(kernel.clock.time);
        }
        return false;
    });
    const auto report = (*relief)->report();
    EXPECT_EQ(report.end, ReliefEnd::timed_out);
    ASSERT_GE(starts.size(), 4U);
    EXPECT_GT(starts[2] - starts[1], starts[1] - starts[0]);
    EXPECT_GT(starts[3] - starts[2], starts[2] - starts[1]);
    EXPECT_EQ(report.rounds, starts.size());
    EXPECT_GE(kernel.clock.time - TimePoint{}, 100s);
    EXPECT_LT(kernel.clock.time - TimePoint{}, 101s);
    EXPECT_EQ(files.proactiveness(), "20\n");
}

TEST_F(ReliefTest, ProactivenessIsRaisedAndPutBack) {
    auto relief = open();
    ASSERT_TRUE(relief);
    go(**relief, [&] { return files.proactiveness() == "80\n"; });
    EXPECT_THAT(files.read("run/kmemcgd/relief.json"),
                HasSubstr(R"("compaction_proactiveness":{"before":20,"raised":80})"));
    meet_goal();
    go(**relief);
    EXPECT_EQ((*relief)->report().end, ReliefEnd::met);
    EXPECT_EQ(files.proactiveness(), "20\n");
    EXPECT_FALSE(files.has("run/kmemcgd/relief.json"));
    EXPECT_THAT((*relief)->report().steps.back().note, HasSubstr("was 80 meanwhile"));
}

TEST_F(ReliefTest, ItIsPutBackWhenStoppedDestroyedOrInError) {
    const auto raised = [&] { return files.proactiveness() == "80\n"; };
    auto relief = open();
    ASSERT_TRUE(relief);
    go(**relief, raised);
    (*relief)->stop(kernel.clock.time);
    EXPECT_EQ(files.proactiveness(), "20\n");
    go(**relief);
    EXPECT_EQ((*relief)->report().end, ReliefEnd::stopped);
    relief->reset(); // gives the lock back

    relief = open();
    ASSERT_TRUE(relief);
    go(**relief, raised);
    relief->reset();
    EXPECT_EQ(files.proactiveness(), "20\n");

    relief = open();
    ASSERT_TRUE(relief);
    go(**relief, raised);
    files.write("proc/buddyinfo", "what is this\n");
    EXPECT_FALSE((*relief)->step(kernel.clock.time));
    EXPECT_EQ(files.proactiveness(), "20\n");
}

TEST_F(ReliefTest, WhatSomebodyElseSetStays) {
    auto relief = open();
    ASSERT_TRUE(relief);
    go(**relief, [&] { return files.proactiveness() == "80\n"; });
    files.write("proc/sys/vm/compaction_proactiveness", "50\n");
    (*relief)->stop(kernel.clock.time);
    EXPECT_EQ(files.proactiveness(), "50\n");
    EXPECT_FALSE(files.has("run/kmemcgd/relief.json"));
}

TEST_F(ReliefTest, StopsInTheMiddleOfACompaction) {
    compactor.polls = 1000;
    auto relief = open();
    ASSERT_TRUE(relief);
    go(**relief, [&] { return compactor.is_running(); });
    (*relief)->stop(kernel.clock.time);
    EXPECT_EQ(compactor.stops, 1);
    go(**relief);
    EXPECT_FALSE(compactor.is_running());
}

TEST_F(ReliefTest, TheNextRunPutsBackWhatAKilledOneLeft) {
    const auto note = R"({"compaction_proactiveness":{"before":20,"raised":80}})";
    files.write("run/kmemcgd/relief.json", note);
    files.write("proc/sys/vm/compaction_proactiveness", "80\n");
    meet_goal();
    auto report = run();
    EXPECT_EQ(files.proactiveness(), "20\n");
    EXPECT_FALSE(files.has("run/kmemcgd/relief.json"));
    EXPECT_THAT(report.notes, ElementsAre(HasSubstr("was still 80")));

    // Set to something else since.
    files.write("run/kmemcgd/relief.json", note);
    files.write("proc/sys/vm/compaction_proactiveness", "30\n");
    report = run();
    EXPECT_EQ(files.proactiveness(), "30\n");
    EXPECT_TRUE(report.notes.empty());
    EXPECT_FALSE(files.has("run/kmemcgd/relief.json"));

    files.write("run/kmemcgd/relief.json", "{\"compac");
    EXPECT_EQ(run().end, ReliefEnd::met);
}

TEST_F(ReliefTest, TheModulesThresholdIsPutBackAfterAKillToo) {
    kernel.loaded = true;
    kernel.config.values[KMEMCGD_A_CONFIG_NODE_FREE_MB] = 512;
    files.write("run/kmemcgd/relief.json", R"({"node_free_mb":{"before":100,"raised":512}})");
    meet_goal();
    run();
    EXPECT_EQ(node_free(), 100U);
    // Gone with the module.
    kernel.loaded = false;
    files.write("run/kmemcgd/relief.json", R"({"node_free_mb":{"before":100,"raised":512}})");
    run();
    EXPECT_FALSE(files.has("run/kmemcgd/relief.json"));
}

TEST_F(ReliefTest, OnlyOneAtATime) {
    auto first = open();
    ASSERT_TRUE(first);
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("another kmemcgctl"));
    first->reset();
    EXPECT_TRUE(open());
}

TEST_F(ReliefTest, AnOldKernelHasNoProactiveness) {
    files.remove("proc/sys/vm/compaction_proactiveness");
    limits.timeout = 2s;
    const auto& step = told(run(), ReliefAction::proactiveness);
    EXPECT_FALSE(step.done);
}

TEST_F(ReliefTest, WhereNothingCanBeDoneItDoesNotWait) {
    files.remove("proc/sys/vm/compaction_proactiveness");
    compactor.refusal = Error{.message = "none", .error_number = ENOENT};
    const auto report = run();
    // In the second round cache is no longer a matter of what is short.
    EXPECT_EQ(report.end, ReliefEnd::nothing_left);
    EXPECT_LT(kernel.clock.time - TimePoint{}, 3s);
    EXPECT_THAT(told(report, ReliefAction::compaction).note, HasSubstr("CONFIG_NUMA"));
}

TEST_F(ReliefTest, ZombiesGoFirst) {
    kernel.loaded = true;
    kernel.stats.left = 30;
    kernel.stats.freed = 5;
    kernel.stats.zombie_pages = 100;
    int looks = 0;
    kernel.before = [&](int command) {
        if (command != KMEMCGD_CMD_GET_STATS || ++looks < 6)
            return;
        kernel.stats.left = 0;
        kernel.stats.freed = 35;
        kernel.stats.zombie_pages = 700;
        kernel.stats.last_pass = Pass{.id = kernel.next_pass};
        meet_goal();
    };
    const auto report = run();
    EXPECT_EQ(report.end, ReliefEnd::met);
    ASSERT_EQ(report.steps.size(), 1U);
    EXPECT_THAT(report.steps[0].note, HasSubstr("freed 30 zombies"));
    EXPECT_EQ(report.steps[0].freed_bytes, 600U * 4096);
    EXPECT_TRUE(compactor.started.empty());
}

TEST_F(ReliefTest, APassThatTakesTooLongGoesOn) {
    kernel.loaded = true;
    kernel.stats.left = 30;
    compactor.on_poll = [this] { meet_goal(); };
    const auto report = run();
    EXPECT_EQ(report.end, ReliefEnd::met);
    const auto& zombies = told(report, ReliefAction::zombies);
    EXPECT_THAT(zombies.note, HasSubstr("the pass goes on"));
    EXPECT_GE(zombies.duration, 10s);
    EXPECT_LT(zombies.duration, 11s);
}

TEST_F(ReliefTest, WhyZombiesAreSkipped) {
    kernel.loaded = true;
    EXPECT_THAT(told(*plan(), ReliefAction::zombies).note, HasSubstr("there are no zombies"));
    kernel.stats.left = 3;
    kernel.config.values[KMEMCGD_A_CONFIG_ENABLED] = 0;
    EXPECT_THAT(told(*plan(), ReliefAction::zombies).note, HasSubstr("switched off"));
    kernel.config.values[KMEMCGD_A_CONFIG_ENABLED] = 1;
    kernel.refusals[KMEMCGD_CMD_REAP] = {EPERM, "not you"};
    compactor.on_poll = [this] { meet_goal(); };
    const auto report = run();
    EXPECT_FALSE(report.steps[0].done);
    EXPECT_THAT(report.steps[0].note, HasSubstr("not you"));
}

TEST_F(ReliefTest, CacheIsTakenWhenMemoryIsShortAndTheThresholdIsPutBack) {
    make_short();
    kernel.config.values[KMEMCGD_A_CONFIG_NODE_FREE_MB] = 1;
    std::vector<std::uint32_t> values;
    kernel.before = [&](int command) {
        if (command != KMEMCGD_CMD_GET_PRESSURE)
            return;
        values.push_back(node_free());
        if (values.size() == 4) { // there is enough now
            kernel.pressure.reclaimed_bytes = 5 << 20;
            files.buddies("20000 0 0 0");
        }
    };
    compactor.on_poll = [this] { meet_goal(); };
    const auto report = run();
    EXPECT_EQ(report.end, ReliefEnd::met);
    const auto& cache = told(report, ReliefAction::cache);
    EXPECT_TRUE(cache.done);
    EXPECT_EQ(cache.freed_bytes, 5U << 20);
    // 64 blocks of 4 pages and twice 4: 264 pages, 1.03 MiB, of a host with 9 in zone DMA.
    ASSERT_EQ(values.size(), 5U); // the memory is seen with the next look
    EXPECT_EQ(values[0], 1U);
    EXPECT_EQ(values[1], 2U);
    EXPECT_EQ(node_free(), 1U);
    EXPECT_FALSE(files.has("run/kmemcgd/relief.json"));
    EXPECT_EQ(compactor.started.size(), 1U); // behind it
}

TEST_F(ReliefTest, TheThresholdIsPutBackWhenStopped) {
    make_short();
    auto relief = open();
    ASSERT_TRUE(relief);
    go(**relief, [&] { return node_free() > 0; });
    EXPECT_THAT(files.read("run/kmemcgd/relief.json"), HasSubstr("node_free_mb"));
    (*relief)->stop(kernel.clock.time);
    EXPECT_EQ(node_free(), 0U);
}

TEST_F(ReliefTest, ItDoesNotWaitForThoseWhoHaveNothingToGive) {
    make_short();
    kernel.pressure.state = KMEMCGD_PRESSURE_NOTHING;
    compactor.on_poll = [this] { meet_goal(); };
    const auto& cache = told(run(), ReliefAction::cache);
    EXPECT_THAT(cache.note, HasSubstr("nobody has any more to give"));
    EXPECT_LT(cache.duration, 1s);
}

TEST_F(ReliefTest, AfterARoundInVainMoreIsTaken) {
    make_short();
    files.zones(1000, 100000); // nothing is short
    limits.timeout = 30s;
    const auto report = run();
    std::vector<bool> cache;
    for (const auto& step : report.steps) {
        if (step.action == ReliefAction::cache)
            cache.push_back(step.done);
    }
    ASSERT_GE(cache.size(), 2U);
    EXPECT_FALSE(cache[0]);
    EXPECT_TRUE(cache[1]);
    EXPECT_EQ(node_free(), 0U);
}

TEST_F(ReliefTest, WhyCacheIsNotTaken) {
    make_short();
    kernel.config.values[KMEMCGD_A_CONFIG_NODE_FREE_MB] = 999;
    EXPECT_THAT(told(*plan(), ReliefAction::cache).note, HasSubstr("999 MiB free already"));
    kernel.classes.clear();
    EXPECT_THAT(told(*plan(), ReliefAction::cache).note, HasSubstr("nobody has a class"));
    kernel.has_classes = false;
    EXPECT_FALSE(told(*plan(), ReliefAction::cache).done);
    kernel.loaded = false;
    EXPECT_THAT(told(*plan(), ReliefAction::cache).note, HasSubstr("not loaded"));
    files.remove("proc/zoneinfo");
    EXPECT_THAT(told(*plan(), ReliefAction::cache).note, HasSubstr("/proc/zoneinfo"));
}

TEST_F(ReliefTest, AModuleThatGoesInTheMiddleIsNoFailure) {
    make_short();
    auto relief = open();
    ASSERT_TRUE(relief);
    go(**relief, [&] { return node_free() > 0; });
    kernel.loaded = false;
    compactor.on_poll = [this] { meet_goal(); };
    go(**relief);
    EXPECT_EQ((*relief)->report().end, ReliefEnd::met);
}

TEST_F(ReliefTest, APlanChangesNothing) {
    make_short();
    kernel.stats.left = 3;
    const auto planned = plan();
    ASSERT_TRUE(planned);
    EXPECT_EQ(planned->end, ReliefEnd::planned);
    ASSERT_EQ(planned->steps.size(), 4U);
    for (const auto& step : planned->steps)
        EXPECT_TRUE(step.done) << action_name(step.action) << ": " << step.note;
    for (const auto command : kernel.asked) {
        EXPECT_NE(command, KMEMCGD_CMD_REAP);
        EXPECT_NE(command, KMEMCGD_CMD_SET_CONFIG);
    }
    EXPECT_TRUE(compactor.started.empty());
    EXPECT_EQ(files.proactiveness(), "20\n");
    EXPECT_FALSE(files.has("run"));
}

TEST_F(ReliefTest, WithoutPermissionNothingIsBegun) {
    compactor.refusal =
        Error{.fault = Fault::permission, .message = "not you", .error_number = EACCES};
    const auto relief = open();
    ASSERT_FALSE(relief);
    EXPECT_EQ(relief.error().fault, Fault::permission);
    EXPECT_FALSE(files.has("run"));
    EXPECT_TRUE(plan());
}

TEST_F(ReliefTest, BadValues) {
    goal.order = 4;
    EXPECT_THAT(open().error().message, HasSubstr("of order 3"));
    goal.order = 2;
    goal.blocks = 0;
    EXPECT_EQ(open().error().fault, Fault::usage);
    goal.blocks = 25001; // of 100,000 pages
    EXPECT_THAT(open().error().message, HasSubstr("25000 at most"));
    goal.blocks = ~0ULL;
    EXPECT_EQ(open().error().fault, Fault::usage);
    EXPECT_EQ(plan().error().fault, Fault::usage);
    goal.blocks = 1;
    goal.node = 3;
    EXPECT_EQ(open().error().fault, Fault::usage);
    EXPECT_THAT(open().error().hint, HasSubstr("nodes: 0"));
    EXPECT_FALSE(files.has("run"));
}

TEST_F(ReliefTest, AFailedCompactionIsTold) {
    compactor.fails = true;
    limits.timeout = 2s;
    EXPECT_THAT(told(run(), ReliefAction::compaction).note, HasSubstr("out of luck"));
}

} // namespace
} // namespace kmemcgd
