// SPDX-License-Identifier: GPL-2.0-only
// The engine that gets large blocks back: steps, their order, limits, and that all is put
// back.
#include "relief_fixture.hpp"

namespace kmemcgd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
    const auto proactiveness = told(report, ReliefAction::proactiveness);
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
    const auto step = told(run(), ReliefAction::proactiveness);
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
