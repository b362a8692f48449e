// SPDX-License-Identifier: GPL-2.0-only
// What the daemon does about large blocks, with reliefs that a test writes.
#include "controller/controller.hpp"
#include "daemon_fixture.hpp"
#include "fake_relief.hpp"

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// So many of order 1.
void write_blocks(const TemporaryDirectory& root, int free) {
    root.write("proc/buddyinfo", "Node 0, zone Normal 5 " + std::to_string(free) + '\n');
}

class KeepsBlocks : public ::testing::Test {
protected:
    KeepsBlocks() {
        blocks(100);
        rule.goal = {.order = 1, .blocks = 64, .node = {}};
        rule.relieve = true;
        world.clock = &clock;
        world.host_root = directory.path();
        world.open_relief = reliefs.opener();
        context.world = &world;
    }
    void blocks(int free) const { write_blocks(directory, free); }
    void run_until(TimePoint end) {
        while (keeper().next() <= end) {
            clock.time = std::max(clock.time, keeper().next());
            keeper().run_when_due();
        }
        clock.time = end;
    }
    FragKeeper& keeper() {
        if (!keeper_) {
            keeper_.emplace(context, [this](LogLevel level, const std::string& text) {
                log.push_back(std::to_string(static_cast<int>(level)) + " " + text);
            });
            keeper_->use(rule);
        }
        return *keeper_;
    }
    [[nodiscard]] TimePoint at(std::chrono::nanoseconds since) const { return TimePoint{} + since; }

    FakeClock clock;
    TemporaryDirectory directory;
    World world;
    Context context;
    FakeReliefs reliefs;
    FragRule rule;
    std::vector<std::string> log;

private:
    std::optional<FragKeeper> keeper_;
};

TEST_F(KeepsBlocks, EnoughAreSaidOnceAndLeftAlone) {
    run_until(at(10min));
    EXPECT_THAT(log, ElementsAre("6 blocks of order 1: calm: 100 are free, 64 are wanted"));
    EXPECT_EQ(reliefs.opened, 0);
    EXPECT_EQ(keeper().status(), "blocks of order 1: calm, 100 of 64");
}

TEST_F(KeepsBlocks, WarnsBeforeThereAreTooFew) {
    blocks(1000);
    run_until(at(60s));
    blocks(500);
    run_until(at(121s));
    EXPECT_THAT(log, Contains(HasSubstr("4 blocks of order 1: falling: 500 are free, 64 are "
                                        "wanted, fewer in ")));
    EXPECT_EQ(reliefs.opened, 0);
}

// Raised values may be why there are enough, and nobody else would put them back.
TEST_F(KeepsBlocks, WhatAKilledOneLeftIsPutBackThoughThereAreEnough) {
    directory.write("run/kmemcgd/relief.json", "{}");
    reliefs.outcome.end = ReliefEnd::met;
    reliefs.outcome.notes = {"it was still 80"};
    reliefs.refusal = Error{.message = "another one is at it"};
    run_until(at(0s));
    EXPECT_EQ(reliefs.opened, 1);
    reliefs.refusal.reset();
    run_until(at(30min));
    EXPECT_EQ(reliefs.opened, 2);
    EXPECT_THAT(log, Contains("6 relief: putting back what a run left that was killed"));
    EXPECT_THAT(log, Contains("4 relief: it was still 80"));
}

TEST_F(KeepsBlocks, WhatIsPutBackByOthersMeanwhileIsLeftToThem) {
    directory.write("run/kmemcgd/relief.json", "{}");
    reliefs.refusal = Error{.message = "another one is at it"};
    run_until(at(0s));
    fs::remove(directory.path() + "/run/kmemcgd/relief.json");
    run_until(at(30min));
    EXPECT_EQ(reliefs.opened, 1);
}

TEST_F(KeepsBlocks, NotesOfOneThatBreaksOffAreSaid) {
    blocks(0);
    reliefs.broken = Error{.message = "no buddyinfo"};
    reliefs.outcome.notes = {"it could not be put back"};
    run_until(at(0s));
    EXPECT_THAT(log, Contains("4 relief: it could not be put back"));
}

TEST_F(KeepsBlocks, WithoutLeaveItOnlyWarns) {
    rule.relieve = false;
    blocks(0);
    run_until(at(1h));
    EXPECT_THAT(log, ElementsAre("4 blocks of order 1: exhausted: 0 are free, 64 are wanted"));
    EXPECT_EQ(reliefs.opened, 0);
}

TEST_F(KeepsBlocks, TooFewAreRelievedStepByStep) {
    blocks(12);
    rule.psi_percent = 5;
    reliefs.steps = 3;
    reliefs.outcome.end = ReliefEnd::met;
    ReliefStepReport zombies;
    zombies.done = true;
    zombies.blocks_before = 12;
    zombies.blocks_after = 40;
    zombies.freed_bytes = 1 << 20;
    zombies.duration = 2s;
    ReliefStepReport cache;
    cache.action = ReliefAction::cache;
    cache.note = "no room";
    reliefs.outcome.steps = {zombies, cache};
    run_until(at(0s));
    EXPECT_TRUE(keeper().relieving());
    EXPECT_FALSE(keeper().relief_is_over());
    EXPECT_EQ(keeper().next(), at(500ms));
    EXPECT_THAT(keeper().status(), HasSubstr("low, 12 of 64, relieving"));
    blocks(80);
    run_until(at(5s));
    EXPECT_FALSE(keeper().relieving());
    EXPECT_TRUE(keeper().relief_is_over());
    EXPECT_FALSE(keeper().relief_is_over()); // said once
    EXPECT_EQ(reliefs.opened, 1);
    EXPECT_EQ(reliefs.limits.psi_percent, 5);
    EXPECT_EQ(reliefs.limits.load_per_cpu, ReliefLimits{}.load_per_cpu);
    EXPECT_THAT(log, Contains("6 relief: round 1, zombies: 12 -> 40 blocks, 1.0 MiB freed, 2.0 s"));
    EXPECT_THAT(log, Contains("6 relief: round 1, cache: skipped: no room"));
    EXPECT_THAT(log, Contains(HasSubstr("6 relief: met: ")));
    const auto totals = keeper().totals();
    EXPECT_EQ(totals->reliefs.at("met"), 1U);
    EXPECT_EQ(totals->gained.at("zombies"), 28U);
    EXPECT_EQ(totals->gained.at("cache"), 0U);
}

TEST_F(KeepsBlocks, WhatDidNotHelpIsTriedLessAndLess) {
    blocks(12);
    reliefs.outcome.end = ReliefEnd::nothing_left;
    run_until(at(0s));
    EXPECT_EQ(reliefs.opened, 1);
    EXPECT_THAT(log.back(), HasSubstr("4 relief: nothing-left"));
    EXPECT_THAT(log.back(), HasSubstr("again after 60.0 s"));
    run_until(at(59s));
    EXPECT_EQ(reliefs.opened, 1);
    run_until(at(75s));
    EXPECT_EQ(reliefs.opened, 2);
    run_until(at(4min));
    EXPECT_EQ(reliefs.opened, 3);
    run_until(at(24h));
    EXPECT_GT(reliefs.opened, 25); // once an hour at the least
    EXPECT_LT(reliefs.opened, 35);
    EXPECT_THAT(log, Contains(HasSubstr("again after 1 h")));
    EXPECT_EQ(keeper().totals()->reliefs.at("nothing-left"),
              static_cast<std::uint64_t>(reliefs.opened));
}

TEST_F(KeepsBlocks, AfterOneThatHelpedTheNextIsAMinuteLater) {
    blocks(12);
    reliefs.outcome.end = ReliefEnd::met;
    run_until(at(50s));
    EXPECT_EQ(reliefs.opened, 1);
    run_until(at(5min));
    EXPECT_GE(reliefs.opened, 4);
}

TEST_F(KeepsBlocks, ReliefsThatCannotBeginAreSaidOnce) {
    blocks(12);
    reliefs.refusal = Error{.fault = Fault::permission, .message = "cannot write"};
    run_until(at(10min));
    EXPECT_GE(reliefs.opened, 3);
    EXPECT_EQ(std::count_if(log.begin(), log.end(),
                            [](const auto& line) { return line.starts_with("3 "); }),
              1);
    EXPECT_THAT(log, Contains(HasSubstr("cannot write (the service needs more rights")));
    EXPECT_GE(keeper().totals()->reliefs.at("failed"), 3U);
}

TEST_F(KeepsBlocks, OneThatBreaksOffIsOver) {
    blocks(12);
    reliefs.broken = Error{.message = "cannot read"};
    run_until(at(1s));
    EXPECT_FALSE(keeper().relieving());
    EXPECT_TRUE(keeper().relief_is_over());
    EXPECT_EQ(reliefs.alive, 0);
    EXPECT_THAT(log, Contains(HasSubstr("3 fragmentation: cannot read")));
}

TEST_F(KeepsBlocks, AnotherRuleOrNoneStopsARelief) {
    blocks(12);
    reliefs.steps = 1000;
    run_until(at(0s));
    keeper().use(rule); // the same
    EXPECT_EQ(reliefs.stopped, 0);
    keeper().use(std::nullopt);
    EXPECT_EQ(reliefs.stopped, 1);
    EXPECT_TRUE(keeper().relieving()); // its compaction may not be over
    run_until(at(1s));
    EXPECT_EQ(reliefs.alive, 0);
    EXPECT_TRUE(keeper().relief_is_over());
    EXPECT_EQ(keeper().next(), TimePoint::max());
    EXPECT_EQ(keeper().status(), "");
    EXPECT_EQ(keeper().totals(), std::nullopt);
}

TEST_F(KeepsBlocks, OnTheWayOutNothingIsLeft) {
    blocks(12);
    reliefs.steps = 1000;
    run_until(at(0s));
    keeper().stop();
    EXPECT_EQ(reliefs.stopped, 1);
    EXPECT_EQ(reliefs.alive, 0);
    EXPECT_EQ(keeper().totals()->reliefs.at("stopped"), 1U);
    keeper().stop();
    EXPECT_EQ(reliefs.stopped, 1);
}

TEST_F(KeepsBlocks, WhatCannotBeWatchedIsSaidOnce) {
    rule.goal.order = 7;
    run_until(at(10min));
    EXPECT_EQ(log.size(), 1U);
    EXPECT_THAT(log.front(), HasSubstr("3 fragmentation: order 7 is beyond"));
    EXPECT_EQ(keeper().status(), "fragmentation is not watched");
    rule.goal.order = 1;
    keeper().use(rule);
    fs::remove(directory.path() + "/proc/buddyinfo");
    run_until(at(20min));
    EXPECT_EQ(log.size(), 2U);
    blocks(100);
    run_until(at(30min));
    EXPECT_THAT(log.back(), HasSubstr("calm"));
}

// The daemon as a whole.
class KeepingDaemon : public DaemonTest {
protected:
    KeepingDaemon() {
        program.host_root = base;
        program.watchdog = 100ms;
        program.open_relief = reliefs.opener();
        reliefs.steps = 1000;
        write(200);
        write_blocks(directory, 12);
    }
    void write(int node_free, bool rule = true) const {
        write_policy("[module]\nnode_free_mb = " + std::to_string(node_free) + '\n' +
                     (rule ? "[fragmentation]\norder = 1\nrelieve = true\n" : ""));
    }
    std::uint32_t& node_free() {
        return program.kernel.config.values.at(KMEMCGD_A_CONFIG_NODE_FREE_MB);
    }

    FakeReliefs reliefs;
};

TEST_F(KeepingDaemon, LeavesTheTunableToAReliefAndSetsItAfter) {
    script.waits = {[this] {
                        EXPECT_EQ(reliefs.alive, 1);
                        node_free() = 900; // as a relief does
                        return Woken{.reload = true};
                    },
                    [this] {
                        EXPECT_EQ(node_free(), 900U);
                        write(300);
                        return Woken{.reload = true};
                    },
                    [this] {
                        EXPECT_EQ(node_free(), 900U);
                        EXPECT_EQ(reliefs.alive, 1);
                        EXPECT_EQ(reliefs.opened, 1);
                        node_free() = 200; // it puts back what there was
                        reliefs.finish = true;
                        return Woken{};
                    }};
    for (int wait = 0; wait < 8; ++wait) // until its next step, and one look more
        script.waits.emplace_back([] { return Woken{}; });
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(node_free(), 300U);
    EXPECT_EQ(reliefs.alive, 0);
}

TEST_F(KeepingDaemon, GoesOnWithTheWatchdogAndStopsInTheMiddle) {
    for (int wait = 0; wait < 20; ++wait)
        script.waits.emplace_back([] { return Woken{}; });
    EXPECT_EQ(run(), 0);
    EXPECT_GE(std::count(notified.begin(), notified.end(), "WATCHDOG=1"), 20);
    EXPECT_THAT(notified, Contains(HasSubstr("blocks of order 1: low, 12 of 64, relieving")));
    EXPECT_EQ(reliefs.stopped, 1);
    EXPECT_EQ(reliefs.alive, 0);
    EXPECT_THAT(program.err.str(), HasSubstr("relief: stopped: "));
}

TEST_F(KeepingDaemon, ARuleThatIsTakenAwayStopsTheRelief) {
    script.waits = {[this] {
                        write(200, false);
                        return Woken{.reload = true};
                    },
                    [] { return Woken{}; }, [] { return Woken{}; },
                    [this] {
                        EXPECT_EQ(reliefs.alive, 0);
                        return Woken{};
                    }};
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(reliefs.stopped, 1);
    EXPECT_THAT(notified, Contains("STATUS=0 cgroups have a policy"));
}

TEST_F(KeepingDaemon, MetricsTellOfIt) {
    const auto textfile = base + "/k.prom";
    std::ofstream(program.policy_file, std::ios::app)
        << "[metrics]\ninterval = \"1s\"\ntextfile = \"" << textfile << "\"\n";
    reliefs.steps = 1;
    reliefs.outcome.end = ReliefEnd::nothing_left;
    std::string text;
    for (int wait = 0; wait < 30; ++wait)
        script.waits.emplace_back([&] {
            text = directory.read("k.prom");
            return Woken{};
        });
    EXPECT_EQ(run(), 0);
    for (const auto* series : {"kmemcgd_fragmentation_state{order=\"1\",state=\"low\"} 1\n",
                               "kmemcgd_fragmentation_state{order=\"1\",state=\"calm\"} 0\n",
                               "kmemcgd_fragmentation_free_blocks{order=\"1\"} 12\n",
                               "kmemcgd_fragmentation_min_blocks{order=\"1\"} 64\n",
                               "kmemcgd_fragmentation_low_in_seconds{order=\"1\"} 0\n",
                               "kmemcgd_fragmentation_exhausted_in_seconds{order=\"1\"} +Inf\n",
                               "kmemcgd_reliefs_total{result=\"nothing-left\"} 1\n",
                               "kmemcgd_reliefs_total{result=\"met\"} 0\n",
                               "kmemcgd_relief_gained_blocks_total{step=\"compaction\"} 0\n"})
        EXPECT_THAT(text, HasSubstr(series));
}

TEST_F(KeepingDaemon, WatchesAlsoWithoutTheModule) {
    program.kernel.loaded = false;
    for (int wait = 0; wait < 3; ++wait)
        script.waits.emplace_back([] { return Woken{}; });
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(program.err.str(), HasSubstr("low: 12 are free, 64 are wanted"));
    EXPECT_EQ(reliefs.opened, 1);
}

} // namespace
} // namespace kmemcgd
