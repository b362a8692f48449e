// SPDX-License-Identifier: GPL-2.0-only
// What "kmemcgctl top" makes of two samples, and the order in which it shows it.
#include "top/arrange.hpp"
#include "top/model.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr std::uint64_t mib = 1 << 20;

class TopModel : public ::testing::Test {
protected:
    void memcg(const std::string& path, std::uint64_t id, std::uint64_t usage_bytes) {
        MemcgSample entry;
        entry.path = path;
        entry.id = id;
        entry.usage_bytes = usage_bytes;
        sample.memcgs.push_back(entry);
    }
    Watch& watch(std::uint64_t id) {
        if (!sample.module.watches)
            sample.module.watches.emplace();
        sample.module.state = ModuleFacts::State::loaded;
        auto& entry = (*sample.module.watches)[id];
        entry.id = id;
        return entry;
    }
    // The next sample is so much later, and has what this one had.
    Frame look(std::chrono::milliseconds later = 2s) {
        sample.at += later;
        return model.update(sample);
    }

    Sample sample;
    Model model;
};

TEST_F(TopModel, TheFirstSampleTellsOfNoChange) {
    memcg("/a", 1, 5 * mib);
    watch(1).fill_rate = 7;
    memcg("/b", 2, mib);
    sample.module.stats.emplace();
    const auto frame = look();
    EXPECT_FALSE(frame.since);
    EXPECT_FALSE(frame.cpu_share);
    EXPECT_EQ(frame.rows[0].fill_per_s, 7); // the module knows it
    EXPECT_FALSE(frame.rows[0].taken_bytes);
    EXPECT_FALSE(frame.rows[1].fill_per_s);
}

TEST_F(TopModel, HeadroomIsFromUsageToLimit) {
    memcg("/a", 1, 5 * mib);
    memcg("/over", 2, 9 * mib);
    memcg("/none", 3, 9 * mib);
    sample.memcgs[0].limit_bytes = sample.memcgs[1].limit_bytes = 8 * mib;
    memcg("/unknown", 4, 0);
    sample.memcgs[3].limit_bytes = mib;
    sample.memcgs[3].usage_bytes.reset();
    const auto frame = look();
    EXPECT_EQ(frame.rows[0].headroom_bytes, 3 * mib);
    EXPECT_EQ(frame.rows[1].headroom_bytes, 0U);
    EXPECT_FALSE(frame.rows[2].headroom_bytes);
    EXPECT_FALSE(frame.rows[3].headroom_bytes);
}

TEST_F(TopModel, WhatIsNotWatchedFillsAsItsUsageGrows) {
    memcg("/a", 1, 10 * mib);
    look();
    sample.memcgs[0].usage_bytes = 14 * mib;
    auto frame = look(2s);
    EXPECT_EQ(frame.since, 2s);
    EXPECT_EQ(frame.rows[0].fill_per_s, static_cast<std::int64_t>(2 * mib));
    sample.memcgs[0].usage_bytes = 13 * mib;
    frame = look(500ms);
    EXPECT_EQ(frame.rows[0].fill_per_s, -static_cast<std::int64_t>(2 * mib));
    EXPECT_FALSE(frame.rows[0].state);
    // At the same moment nothing can be said.
    EXPECT_FALSE(look(0s).rows[0].fill_per_s);
}

TEST_F(TopModel, WhatIsTakenIsSinceTheSampleBefore) {
    memcg("/a", 1, mib);
    watch(1).reclaimed_bytes = 100;
    watch(1).looks = 10;
    look();
    watch(1).reclaimed_bytes = 700;
    watch(1).looks = 12;
    auto frame = look(2s);
    EXPECT_EQ(frame.rows[0].taken_bytes, 600U);
    EXPECT_EQ(frame.rows[0].taken_per_s, 300U);
    // The module was loaded anew, or its policy went and came: it counts from 0.
    watch(1).reclaimed_bytes = 50;
    watch(1).looks = 13;
    EXPECT_EQ(look().rows[0].taken_bytes, 50U);
    // Also when more was taken since than before.
    watch(1).reclaimed_bytes = 90;
    watch(1).looks = 2;
    EXPECT_EQ(look().rows[0].taken_bytes, 90U);
}

TEST_F(TopModel, WatchingMayBeginAndEnd) {
    memcg("/a", 1, 4 * mib);
    memcg("/b", 2, mib);
    watch(2);
    look();
    watch(1).reclaimed_bytes = 30;
    watch(1).base_bytes = 8 * mib;
    watch(1).high_bytes = 7 * mib;
    watch(1).state = KMEMCGD_WATCH_RECLAIMING;
    auto frame = look();
    EXPECT_EQ(frame.rows[0].taken_bytes, 30U);
    EXPECT_EQ(frame.rows[0].high_bytes, 7 * mib);
    EXPECT_EQ(frame.rows[0].state, KMEMCGD_WATCH_RECLAIMING);
    sample.module.watches->erase(1);
    sample.memcgs[0].usage_bytes = 6 * mib;
    frame = look();
    EXPECT_FALSE(frame.rows[0].taken_bytes);
    EXPECT_FALSE(frame.rows[0].high_bytes);
    EXPECT_EQ(frame.rows[0].fill_per_s, static_cast<std::int64_t>(mib));
    // The module is gone, and comes again: from when its counter is, nobody knows.
    sample.module = {};
    EXPECT_FALSE(look().watches_seen);
    watch(2).reclaimed_bytes = 1000;
    EXPECT_FALSE(look().rows[1].taken_bytes);
}

TEST_F(TopModel, CgroupsComeAndGoAndNumbersAreUsedAgain) {
    memcg("/a", 1, mib);
    memcg("/b", 2, mib);
    look();
    sample.memcgs.erase(sample.memcgs.begin());
    sample.memcgs[0].usage_bytes = 3 * mib;
    memcg("/new", 3, 9 * mib);
    memcg("/other", 1, 9 * mib); // has the number that /a had
    auto frame = look(1s);
    ASSERT_EQ(frame.rows.size(), 3U);
    EXPECT_EQ(frame.rows[0].fill_per_s, static_cast<std::int64_t>(2 * mib));
    EXPECT_FALSE(frame.rows[1].fill_per_s);
    EXPECT_FALSE(frame.rows[2].fill_per_s);
    // Made anew with the same name it is another one.
    sample.memcgs[1].id = 4;
    EXPECT_FALSE(look().rows[1].fill_per_s);
}

TEST_F(TopModel, CpuIsAShareOfTheModulesTime) {
    sample.module.stats.emplace();
    sample.module.stats->since_ns = 1000;
    sample.module.stats->cpu_ns = 100;
    look();
    sample.module.stats->since_ns = 2000;
    sample.module.stats->cpu_ns = 350;
    EXPECT_DOUBLE_EQ(look().cpu_share.value_or(0), 0.25);
    sample.module.stats->since_ns = 500; // a reset
    sample.module.stats->cpu_ns = 50;
    EXPECT_DOUBLE_EQ(look().cpu_share.value_or(0), 0.1);
    sample.module.stats.reset();
    EXPECT_FALSE(look().cpu_share);
}

Row row(const std::string& path, std::optional<std::uint64_t> usage_bytes,
        std::optional<std::uint64_t> headroom_bytes = {}) {
    Row made;
    made.path = path;
    made.usage_bytes = usage_bytes;
    made.headroom_bytes = headroom_bytes;
    return made;
}

std::vector<std::string> paths(const std::vector<Row>& rows, const Arrangement& how) {
    std::vector<std::string> list;
    for (const auto& shown : arrange(rows, how))
        list.push_back(std::string(shown.depth, ' ') + shown.row->path);
    return list;
}

TEST(TopArrange, WhatNeedsALookIsFirstAndWhatIsUnknownLast) {
    const std::vector<Row> rows = {row("/c", 1, 5), row("/b", {}, {}), row("/a", 2, 9),
                                   row("/d", 2, 1)};
    EXPECT_THAT(paths(rows, {}), ElementsAre("/a", "/d", "/c", "/b"));
    EXPECT_THAT(paths(rows, {.reverse = true, .filter = {}}), ElementsAre("/c", "/a", "/d", "/b"));
    EXPECT_THAT(paths(rows, {.sort = TopColumn::headroom, .filter = {}}),
                ElementsAre("/d", "/c", "/a", "/b"));
    EXPECT_THAT(paths(rows, {.sort = TopColumn::cgroup, .filter = {}}),
                ElementsAre("/a", "/b", "/c", "/d"));
    EXPECT_THAT(paths(rows, {.sort = TopColumn::cgroup, .reverse = true, .filter = {}}),
                ElementsAre("/d", "/c", "/b", "/a"));
}

TEST(TopArrange, EveryColumnHasAnOrder) {
    std::vector<Row> rows = {row("/low", 1), row("/high", 1)};
    for (auto* entry : {&rows[0], &rows[1]}) {
        const bool high = entry == &rows[1];
        entry->limit_bytes = entry->high_bytes = entry->usage_bytes = high ? 2 : 1;
        entry->headroom_bytes = high ? 1 : 2; // the least is first
        entry->fill_per_s = high ? 1 : -1;
        entry->taken_per_s = high ? 1 : 0;
        entry->state = high ? KMEMCGD_WATCH_STUCK : KMEMCGD_WATCH_BELOW;
        entry->pressure = high ? 1.0 : 0.5;
    }
    for (const auto& info : top_columns()) {
        Arrangement how;
        how.sort = info.column;
        EXPECT_THAT(paths(rows, how), ElementsAre("/high", "/low")) << info.word;
        how.reverse = true;
        EXPECT_THAT(paths(rows, how), ElementsAre("/low", "/high")) << info.word;
    }
}

TEST(TopArrange, AFilterIsAPartOrAGlob) {
    EXPECT_TRUE(passes_filter("", "/a"));
    EXPECT_TRUE(passes_filter("eb.ser", "/system.slice/web.service"));
    EXPECT_FALSE(passes_filter("Web", "/system.slice/web.service"));
    EXPECT_TRUE(passes_filter("web*", "/system.slice/web.service"));
    EXPECT_FALSE(passes_filter("web*", "/system.slice/web.service/child"));
    EXPECT_TRUE(passes_filter("/*/web*", "/system.slice/web.service"));
    EXPECT_FALSE(passes_filter("/web*", "/system.slice/web.service"));
    EXPECT_TRUE(passes_filter("/system.slice/**", "/system.slice/web.service/child"));
    EXPECT_TRUE(passes_filter("b[1]", "/b[1]")); // a name as it is
    EXPECT_TRUE(passes_filter("[a-c]", "/b"));
}

TEST(TopArrange, TheTreeKeepsChildrenBelowTheirParents) {
    const std::vector<Row> rows = {row("/a", 5), row("/a/x", 1), row("/a/y", 4),
                                   row("/b", 9), row("/b/x", 9), row("/a/y/z", 3)};
    EXPECT_THAT(paths(rows, {.filter = {}, .tree = true}),
                ElementsAre("/b", " /b/x", "/a", " /a/y", "  /a/y/z", " /a/x"));
    EXPECT_THAT(paths(rows, {.filter = "z", .tree = true}), ElementsAre("/a", " /a/y", "  /a/y/z"));
    // One whose parent is no memcg, or vanished in between, is at the top.
    EXPECT_THAT(paths({row("/gone/x", 1), row("/a", 2)}, {.filter = {}, .tree = true}),
                ElementsAre("/a", "/gone/x"));
}

} // namespace
} // namespace kmemcgd
