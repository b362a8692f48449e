// SPDX-License-Identifier: GPL-2.0-only
// What the module gives for large blocks: zombies, and cache of those with a class.
#include "relief_fixture.hpp"

namespace kmemcgd {
namespace {

using ::testing::HasSubstr;

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
    const auto zombies = told(report, ReliefAction::zombies);
    EXPECT_THAT(zombies.note, HasSubstr("the pass goes on"));
    EXPECT_TRUE(kernel.capped_pass);
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
    const auto cache = told(report, ReliefAction::cache);
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
    const auto cache = told(run(), ReliefAction::cache);
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

} // namespace
} // namespace kmemcgd
