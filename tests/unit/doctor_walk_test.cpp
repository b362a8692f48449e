// SPDX-License-Identifier: GPL-2.0-only
// The walk over the hierarchy, and what is counted in it.
#include "doctor/cgroup_walk.hpp"
#include "doctor/findings.hpp"
#include "doctor_host.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

TEST(DoctorWalk, PassesOverCgroupsThatVanish) {
    const DoctorHost host;
    host.cgroup("/a");
    host.cgroup("/b/child");
    host.cgroup("/c");
    CgroupWalk walk(host.cgroup_root());
    ASSERT_TRUE(walk.step()); // the root: a, b, c and system.slice are known now
    host.remove("cgroup/b");
    while (walk.step()) {
    }
    const auto tree = std::move(walk).finish();
    std::vector<std::string> paths;
    for (const auto& cgroup : tree.cgroups)
        paths.push_back(cgroup.path);
    EXPECT_THAT(paths, ::testing::ElementsAre("/", "/a", "/c", "/system.slice",
                                              "/system.slice/proc-fs-nfsd.mount",
                                              "/system.slice/ssh.service"));
    EXPECT_EQ(tree.unreadable, 0U);
    EXPECT_EQ(tree.cgroups[4].parent, 3U);
}

TEST(DoctorWalk, IsBounded) {
    const DoctorHost host;
    CgroupWalk walk(host.cgroup_root(), 2);
    while (walk.step()) {
    }
    const auto tree = std::move(walk).finish();
    EXPECT_EQ(tree.cgroups.size(), 2U);
    EXPECT_TRUE(tree.truncated);
}

TEST(DoctorWalk, FollowsNoSymbolicLinks) {
    const DoctorHost host;
    std::filesystem::create_directory_symlink(host.cgroup_root(), host.cgroup_root() / "loop");
    CgroupWalk walk(host.cgroup_root());
    while (walk.step()) {
    }
    EXPECT_EQ(std::move(walk).finish().cgroups.size(), 4U);
}

// As many directories as it would take are slow to make.
Observation with_memcgs(std::size_t count) {
    Observation seen;
    seen.tree_seen = true;
    seen.module.state = ModuleFacts::State::loaded;
    seen.module.zombies.emplace();
    seen.module.config.values[KMEMCGD_A_CONFIG_ENABLED] = 1;
    Cgroup memcg;
    memcg.path = "/app";
    memcg.memory = true;
    memcg.populated = true;
    seen.tree.cgroups.resize(count, memcg);
    return seen;
}

std::set<std::string> names_of(const Observation& seen) {
    std::set<std::string> names;
    for (const auto& diagnosis : examine(seen))
        names.insert(diagnosis.finding.name);
    return names;
}

TEST(DoctorAges, AreNoneWhenTheClockWasSetBack) {
    auto seen = with_memcgs(50);
    for (auto& cgroup : seen.tree.cgroups) {
        cgroup.populated = false;
        cgroup.seen_since = seen.now + std::chrono::seconds(1);
    }
    EXPECT_EQ(names_of(seen), (std::set<std::string>{"leftover-cgroups"}));
    seen.min_age_ns = 1;
    EXPECT_EQ(names_of(seen), std::set<std::string>{});
    seen.now += std::chrono::seconds(2);
    EXPECT_EQ(names_of(seen), (std::set<std::string>{"leftover-cgroups"}));
    seen.tree.cgroups.pop_back(); // 49 are not many
    EXPECT_EQ(names_of(seen), std::set<std::string>{});
}

TEST(DoctorLeftoverCgroups, AreMemcgsThatAreKnownToBeEmpty) {
    auto seen = with_memcgs(50);
    const auto finds = [&] { return names_of(seen).contains("leftover-cgroups"); };
    const auto all = [&](std::optional<bool> populated, bool memory) {
        for (auto& cgroup : seen.tree.cgroups) {
            cgroup.populated = populated;
            cgroup.memory = memory;
        }
    };
    all(false, true);
    EXPECT_TRUE(finds());
    all(std::nullopt, true);
    EXPECT_FALSE(finds());
    all(true, true);
    EXPECT_FALSE(finds());
    all(false, false);
    EXPECT_FALSE(finds());
}

// Directories that nobody counted would be taken for zombies.
TEST(DoctorZombieCount, OnV1IsOfTheWholeTreeOrNone) {
    auto seen = with_memcgs(10);
    seen.tree.version = 1;
    seen.host.counted_memcgs = 30;
    EXPECT_EQ(count_zombies(seen), 20U);
    seen.tree.truncated = true;
    EXPECT_EQ(count_zombies(seen), 0U);
    seen.tree.truncated = false;
    seen.tree.unreadable = 1;
    EXPECT_EQ(count_zombies(seen), 0U);
    seen.tree.unreadable = 0;
    seen.host.counted_memcgs = 7; // some were made since it was read
    EXPECT_EQ(count_zombies(seen), 0U);
    seen.module = {};
    seen.tree.unreadable = 1;
    EXPECT_EQ(count_zombies(seen), std::nullopt);
}

TEST(DoctorIds, AreNearTheirLimit) {
    const auto severity = [](const Observation& seen) -> std::string {
        for (const auto& diagnosis : examine(seen)) {
            if (diagnosis.finding.name == "memcg-ids")
                return severity_name(diagnosis.finding.severity);
        }
        return "";
    };
    EXPECT_EQ(severity(with_memcgs(50'000)), "");
    EXPECT_EQ(severity(with_memcgs(54'000)), "warning");
    EXPECT_EQ(severity(with_memcgs(64'000)), "problem");

    // A zombie has none, unless something of it was swapped out.
    auto seen = with_memcgs(40'000);
    Memcg zombie;
    zombie.state = KMEMCGD_STATE_ZOMBIE;
    zombie.path = "/job";
    seen.module.zombies->resize(20'000, zombie);
    EXPECT_EQ(severity(seen), "");
    zombie.swap_bytes = 4096;
    seen.module.zombies->assign(20'000, zombie);
    EXPECT_EQ(severity(seen), "warning");

    // Without the module nobody knows.
    seen.module = {};
    EXPECT_EQ(severity(seen), "");
    seen.tree.cgroups.front().dying_below = 20'000;
    EXPECT_EQ(severity(seen), "note");
}

} // namespace
} // namespace kmemcgd
