// SPDX-License-Identifier: GPL-2.0-only
// "kmemcgctl watermark" against the fake kernel and a tree of directories that
// stands for cgroupfs.
#include "temporary_directory.hpp"

#include <cerrno>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class Watermark : public ::testing::Test {
protected:
    Watermark() {
        for (const auto* path : {"/app", "/app/part", "/kubepods/a", "/kubepods/b", "/k[1]"})
            add(path);
        // Its parent is there as well.
        add("/kubepods");
    }

    void add(const std::string& path) { add_cgroup(program.kernel, root, path); }
    [[nodiscard]] std::uint64_t id(const std::string& path) const {
        return inode_number(root + path);
    }
    Watch& watch(const std::string& path, std::uint64_t policy_id) {
        Watch entry;
        entry.id = id(path);
        entry.path = path;
        entry.policy_id = policy_id;
        entry.state = KMEMCGD_WATCH_BELOW;
        entry.usage_bytes = 60 << 20;
        entry.base_bytes = 64 << 20;
        entry.high_bytes = 61 << 20;
        entry.low_bytes = 60 << 20;
        program.kernel.watches.push_back(entry);
        return program.kernel.watches.back();
    }
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--cgroup-root", root, "watermark"});
        return program.run(arguments);
    }
    [[nodiscard]] const WatermarkPolicy* policy(const std::string& path) const {
        return with_path(program.kernel.policies, path);
    }

    Program program;
    TemporaryDirectory directory;
    const std::string& root = directory.path();
};

using Paths = std::vector<std::string>;

TEST_F(Watermark, SetByPathIdAndDirectory) {
    EXPECT_EQ(run({"set", "/app", "--ratio", "95%", "--scale-factor", "500", "--json"}), 0);
    EXPECT_EQ(program.json()["schema"], 1);
    EXPECT_EQ(program.json()["policies"][0]["path"], "/app");
    EXPECT_EQ(program.json()["policies"][0]["ratio"], 95);
    EXPECT_EQ(program.json()["policies"][0]["swappiness"], nullptr);
    EXPECT_TRUE(program.json()["failures"].empty());
    EXPECT_EQ(run({"set", std::to_string(id("/app")), "--high-headroom", "8M"}), 0);
    ASSERT_NE(policy("/app"), nullptr);
    EXPECT_EQ(policy("/app")->ratio, 95U);
    EXPECT_EQ(policy("/app")->high_headroom_bytes, 8U << 20);
    EXPECT_EQ(
        run({"set", root + "/kubepods/a", "--ratio", "90", "--swap", "yes", "--swappiness", "0"}),
        0);
    EXPECT_EQ(policy("/kubepods/a")->swap, 1U);
    EXPECT_EQ(policy("/kubepods/a")->swappiness, 0U);
}

TEST_F(Watermark, WhatWasSetCanBeTakenBack) {
    EXPECT_EQ(run({"set", "/app", "--ratio", "95", "--high-headroom", "8M", "--low-headroom", "16M",
                   "--swappiness", "10", "--json"}),
              0);
    EXPECT_EQ(program.json()["policies"][0]["swappiness"], 10);
    EXPECT_EQ(run({"set", "/app", "--swappiness", "own", "--json"}), 0);
    EXPECT_EQ(program.json()["policies"][0]["swappiness"], nullptr);
    EXPECT_EQ(program.json()["policies"][0]["high_headroom_bytes"], 8 << 20);
    program.terminal = true;
    EXPECT_EQ(run({"set", "/app", "--high-headroom", "0", "--low-headroom", "0"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("own"));
    ASSERT_NE(policy("/app"), nullptr);
    EXPECT_EQ(policy("/app")->high_headroom_bytes, 0U);
    EXPECT_EQ(policy("/app")->low_headroom_bytes, 0U);
    EXPECT_EQ(policy("/app")->ratio, 95U);
    EXPECT_FALSE(policy("/app")->swappiness);
}

TEST_F(Watermark, SetOnAGlobStopsAtSlashes) {
    EXPECT_EQ(run({"set", "/*", "/kubepods/?", "/app", "--ratio", "90", "--json"}), 0);
    EXPECT_EQ(program.paths("policies"),
              (Paths{"/app", "/k[1]", "/kubepods", "/kubepods/a", "/kubepods/b"}));
    EXPECT_EQ(policy("/app/part"), nullptr);
    EXPECT_EQ(run({"set", "/*/part", "--ratio", "90", "--json"}), 0);
    EXPECT_EQ(program.paths("policies"), Paths{"/app/part"});
}

TEST_F(Watermark, ADirectoryWithBracketsIsNoGlob) {
    EXPECT_EQ(run({"set", "/k[1]", "--ratio", "90", "--json"}), 0);
    EXPECT_EQ(program.paths("policies"), Paths{"/k[1]"});
}

TEST_F(Watermark, WhatDoesNotExistIsAnError) {
    EXPECT_EQ(run({"set", "/nowhere", "--ratio", "95"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("there is no cgroup /nowhere"));
    EXPECT_EQ(run({"set", "/nowhere/*", "--ratio", "95", "--json"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("no cgroup matches /nowhere/*"));
    EXPECT_EQ(program.json()["error"]["code"], 1);
    EXPECT_EQ(run({"set", "99999999", "--ratio", "95"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("99999999: no such memcg"));
}

TEST_F(Watermark, WhatIsNoCgroupIsAnError) {
    fs::create_directories(root + "/plain");
    EXPECT_EQ(run({"set", "/plain", "--ratio", "95"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("/plain is not a cgroup"));
    EXPECT_EQ(run({"set", root + "/app/cgroup.procs", "--ratio", "95", "--json"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("/app/cgroup.procs is not a cgroup"));
    EXPECT_EQ(program.json()["error"]["name"], "failed");
    EXPECT_EQ(run({"show", "/plain"}), 1);
    EXPECT_EQ(run({"watch", "/plain"}), 1);
    EXPECT_TRUE(program.kernel.policies.empty());
    // Nor is it among those that a glob means.
    EXPECT_EQ(run({"set", "/pl*", "/ap?", "--ratio", "95", "--json"}), 6);
    EXPECT_EQ(program.paths("policies"), Paths{"/app"});
    EXPECT_EQ(program.json()["failures"][0]["target"], "/pl*");
}

TEST_F(Watermark, WithoutTheControllerThereIsNoMemcg) {
    fs::remove(root + "/app/part/memory.stat");
    EXPECT_EQ(run({"set", "/app/part", "--ratio", "95"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("the memory controller is off for"));
    EXPECT_THAT(program.err.str(),
                HasSubstr("echo +memory >" + root + "/app/cgroup.subtree_control"));
    EXPECT_TRUE(program.kernel.policies.empty());
}

TEST_F(Watermark, NotLoadedIsThree) {
    program.kernel.loaded = false;
    for (const auto& words : std::vector<std::vector<std::string>>{{"set", "/app", "--ratio", "95"},
                                                                   {"unset", "/app"},
                                                                   {"default"},
                                                                   {"show"},
                                                                   {"watch"}}) {
        EXPECT_EQ(run(words), 3) << words.front();
        EXPECT_THAT(program.err.str(), HasSubstr("not loaded")) << words.front();
    }
}

TEST_F(Watermark, TheKernelSaysWhatCanHaveNone) {
    program.kernel.refusals[KMEMCGD_CMD_SET_WATERMARK] = {EBUSY, "id: this one was removed"};
    EXPECT_EQ(run({"set", "7", "--ratio", "95"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("7: id: this one was removed"));
    program.kernel.refusals[KMEMCGD_CMD_SET_WATERMARK] = {EINVAL, "id: the root has no limit"};
    EXPECT_EQ(run({"set", "1", "--ratio", "95", "--json"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("the root has no limit"));
    EXPECT_EQ(program.json()["error"]["errno"], EINVAL);
}

TEST_F(Watermark, AnAttributeThatAnOlderModuleLacksIsFive) {
    program.kernel.refusals[KMEMCGD_CMD_SET_WATERMARK] = {EINVAL, "Unknown attribute type"};
    EXPECT_EQ(run({"set", "/app", "--swappiness", "10"}), 5);
    EXPECT_THAT(program.err.str(), HasSubstr("from the same release"));
    program.kernel.refusals[KMEMCGD_CMD_SET_CONFIG] = {EINVAL, "Unknown attribute type"};
    EXPECT_EQ(program.run({"config", "set", "threads=2"}), 5);
}

TEST_F(Watermark, PartialFailureNamesEach) {
    EXPECT_EQ(run({"set", "/nowhere", "/app", "99999999", "--ratio", "95", "--json"}), 6);
    EXPECT_EQ(program.paths("policies"), Paths{"/app"});
    const auto failures = program.json()["failures"];
    ASSERT_EQ(failures.size(), 2U);
    EXPECT_EQ(failures[0]["target"], "/nowhere");
    EXPECT_EQ(failures[1]["target"], "99999999");
    EXPECT_EQ(failures[1]["error"]["errno"], ENOENT);
    EXPECT_THAT(program.err.str(), HasSubstr("/nowhere"));
    EXPECT_THAT(program.err.str(), HasSubstr("99999999"));
    EXPECT_EQ(run({"set", "/nowhere", "/neither", "--ratio", "95"}), 1);
    EXPECT_EQ(program.out.str(), "");
}

TEST_F(Watermark, UsageIsTwoAndNothingIsSent) {
    EXPECT_EQ(run({"set", "/app"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("nothing is set"));
    EXPECT_EQ(run({"set", "--ratio", "95"}), 2);
    EXPECT_EQ(run({"set", "/app", "--ratio", "most"}), 2);
    EXPECT_EQ(run({"unset"}), 2);
    EXPECT_EQ(run({"default", "--unset", "--ratio", "5"}), 2);
    EXPECT_EQ(run({"shw"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("did you mean \"show\"?"));
    EXPECT_TRUE(program.kernel.asked.empty());
}

TEST_F(Watermark, RangesAreTheKernels) {
    program.kernel.refusals[KMEMCGD_CMD_SET_WATERMARK] = {ERANGE, "integer out of range"};
    EXPECT_EQ(run({"default", "--ratio", "101"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("ratio: integer out of range"));
    // The name once, where the module has said it already.
    program.kernel.refusals[KMEMCGD_CMD_SET_WATERMARK] = {EINVAL, "low_headroom: too low"};
    EXPECT_EQ(run({"default", "--low-headroom", "1M"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("kmemcgctl: low_headroom: too low"));
    program.kernel.refusals[KMEMCGD_CMD_SET_WATERMARK] = {EOPNOTSUPP, "no swappiness here"};
    EXPECT_EQ(run({"set", "/app", "--swappiness", "1"}), 5);
    EXPECT_THAT(program.err.str(), HasSubstr("no swappiness here"));
    EXPECT_THAT(program.err.str(), Not(HasSubstr("has no watermarks")));
}

TEST_F(Watermark, NoPermissionIsFourAndSaidOnce) {
    program.kernel.refusals[KMEMCGD_CMD_SET_WATERMARK] = {EPERM, ""};
    EXPECT_EQ(run({"set", "/kubepods/*", "--ratio", "95"}), 4);
    EXPECT_THAT(program.err.str(), HasSubstr("CAP_NET_ADMIN"));
    program.kernel.refusals[KMEMCGD_CMD_GET_WATERMARK] = {EPERM, ""};
    EXPECT_EQ(run({"show"}), 4);
    EXPECT_EQ(run({"unset", "/app"}), 4);
    EXPECT_EQ(run({"default"}), 4);
}

TEST_F(Watermark, AnOlderModuleHasNone) {
    program.kernel.has_watermarks = false;
    for (const auto& words : std::vector<std::vector<std::string>>{{"set", "/app", "--ratio", "95"},
                                                                   {"unset", "/app"},
                                                                   {"default"},
                                                                   {"show"},
                                                                   {"watch"}}) {
        EXPECT_EQ(run(words), 5) << words.front();
        EXPECT_THAT(program.err.str(), HasSubstr("of the module, or newer")) << words.front();
    }
    EXPECT_EQ(program.run({"monitor", "--timeout", "1s"}), 0);
}

TEST_F(Watermark, Unset) {
    EXPECT_EQ(run({"set", "/app", "/kubepods/*", "--ratio", "95"}), 0);
    EXPECT_EQ(run({"unset", "/kubepods/*", "--json"}), 0);
    EXPECT_EQ(program.paths("deleted"), (Paths{"/kubepods/a", "/kubepods/b"}));
    EXPECT_EQ(program.kernel.policies.size(), 1U);
    EXPECT_EQ(run({"unset", "/kubepods/*"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("no policy matches /kubepods/*"));
    EXPECT_EQ(run({"unset", "/app", "/kubepods/a"}), 6);
    EXPECT_THAT(program.err.str(), HasSubstr("no policy is set for /kubepods/a"));
    EXPECT_TRUE(program.kernel.policies.empty());
}

TEST_F(Watermark, Default) {
    program.terminal = true;
    EXPECT_EQ(run({"default"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("the host has no default"));
    EXPECT_EQ(run({"default", "--json"}), 0);
    EXPECT_EQ(program.json()["policy"], nullptr);
    EXPECT_EQ(run({"default", "--unset"}), 1);
    program.terminal = false;
    EXPECT_EQ(run({"default", "--ratio", "95"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("\n95\t50\t0\t0\t0\t-\t-\tdefault\n"));
    EXPECT_EQ(run({"default", "--json"}), 0);
    EXPECT_EQ(program.json()["policy"]["ratio"], 95);
    EXPECT_EQ(program.json()["policy"]["id"], nullptr);
    EXPECT_EQ(run({"default", "--unset", "--json"}), 0);
    EXPECT_EQ(program.json()["deleted"]["ratio"], 95);
    EXPECT_TRUE(program.kernel.policies.empty());
}

TEST_F(Watermark, ShowAll) {
    EXPECT_EQ(run({"set", "/app", "--ratio", "95"}), 0);
    EXPECT_EQ(run({"default", "--ratio", "90"}), 0);
    watch("/kubepods/a", 0);
    watch("/app/part", id("/app")).state = KMEMCGD_WATCH_RECLAIMING;
    auto& unlimited = watch("/app", id("/app"));
    unlimited.state = KMEMCGD_WATCH_NO_LIMIT;
    unlimited.base_bytes = 0;
    EXPECT_EQ(run({"--json"}), 0);
    const auto document = program.json();
    EXPECT_EQ(document["default"]["ratio"], 90);
    EXPECT_EQ(document["complete"], true);
    EXPECT_EQ(program.paths("watches"), (Paths{"/app", "/app/part", "/kubepods/a"}));
    EXPECT_EQ(document["watches"][0]["source"], "own");
    EXPECT_EQ(document["watches"][1]["source"], "inherited");
    EXPECT_EQ(document["watches"][1]["policy"]["path"], "/app");
    EXPECT_EQ(document["watches"][1]["state"], "reclaiming");
    EXPECT_EQ(document["watches"][2]["source"], "default");
    EXPECT_EQ(document["watches"][2]["policy_id"], nullptr);
    EXPECT_EQ(run({"show"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("\t/app\t" + std::to_string(id("/app/part"))));
    program.kernel.interrupted_dumps = 6;
    EXPECT_EQ(run({"show", "--json"}), 6);
    EXPECT_EQ(program.json()["complete"], false);
}

TEST_F(Watermark, ShowAllHasThoseThatAreOff) {
    EXPECT_EQ(run({"default", "--ratio", "90"}), 0);
    EXPECT_EQ(run({"set", "/app", "--ratio", "0"}), 0);
    EXPECT_EQ(run({"set", "/kubepods/a", "--ratio", "95"}), 0);
    watch("/kubepods/a", id("/kubepods/a"));
    EXPECT_EQ(run({"show", "--json"}), 0);
    EXPECT_EQ(program.paths("watches"), (Paths{"/app", "/kubepods/a"}));
    const auto off = program.json()["watches"][0];
    EXPECT_EQ(off["state"], nullptr);
    EXPECT_EQ(off["source"], "own");
    EXPECT_EQ(off["policy"]["ratio"], 0);
    EXPECT_THAT(off["note"], HasSubstr("switched off"));
    EXPECT_EQ(run({"show"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("-\town\t" + std::to_string(id("/app")) + "\t/app"));
}

TEST_F(Watermark, StatusSumsThemUp) {
    EXPECT_EQ(program.run({"--json", "status"}), 0);
    EXPECT_TRUE(program.json()["watermarks"].is_null());
    watch("/app", 0).limit_hit = 3;
    program.kernel.watches.back().last_hit_ms = 1000;
    watch("/app/part", 0).state = KMEMCGD_WATCH_STUCK;
    EXPECT_EQ(program.run({"--json", "status"}), 0);
    EXPECT_EQ(program.json()["watermarks"]["watched"], 2);
    EXPECT_EQ(program.json()["watermarks"]["by_state"]["stuck"], 1);
    EXPECT_EQ(program.json()["watermarks"]["limit_hit"], 3);
    program.terminal = true;
    EXPECT_EQ(program.run({"status"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("2 watched: below 1, stuck 1; limits hit 3 times"));
    EXPECT_THAT(program.out.str(), HasSubstr("1 watched cgroups hit their limit"));
    EXPECT_THAT(program.out.str(), HasSubstr("nothing that can be reclaimed"));
}

TEST_F(Watermark, ShowNothing) {
    program.terminal = true;
    EXPECT_EQ(run({"show"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("no cgroup is watched"));
    EXPECT_EQ(run({"show", "--json"}), 0);
    EXPECT_TRUE(program.json()["watches"].empty());
}

TEST_F(Watermark, ShowOneInDetail) {
    EXPECT_EQ(run({"set", "/app", "--ratio", "95", "--high-headroom", "8M"}), 0);
    watch("/app/part", id("/app")).base_bytes = 0;
    program.kernel.watches.back().state = KMEMCGD_WATCH_NO_LIMIT;
    EXPECT_EQ(run({"show", "/app/part"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("policy\t/app\t"));
    EXPECT_THAT(program.out.str(), HasSubstr("policy.high_headroom_bytes\t8388608\t"));
    EXPECT_THAT(program.out.str(), HasSubstr("memory.max or memory.high is set"));
    EXPECT_EQ(run({"show", std::to_string(id("/app/part")), "--json"}), 0);
    EXPECT_EQ(program.json()["watches"][0]["state"], "no-limit");
    EXPECT_THAT(program.json()["watches"][0]["note"], HasSubstr("it has no limit"));
}

TEST_F(Watermark, ShowWhereNoPolicyApplies) {
    EXPECT_EQ(run({"show", "/app"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("no policy applies to /app"));
    EXPECT_EQ(run({"show", "/app", "--json"}), 0);
    EXPECT_EQ(program.json()["watches"][0]["state"], nullptr);
    EXPECT_EQ(program.json()["watches"][0]["source"], "none");
    EXPECT_EQ(program.json()["watches"][0]["policy"], nullptr);
    EXPECT_EQ(run({"default", "--ratio", "95"}), 0);
    EXPECT_EQ(run({"set", "/app", "--ratio", "0"}), 0);
    EXPECT_EQ(run({"show", "/app/part", "--json"}), 0);
    EXPECT_EQ(program.json()["watches"][0]["source"], "inherited");
    EXPECT_THAT(program.json()["watches"][0]["note"], HasSubstr("switched off"));
}

TEST_F(Watermark, ShowSome) {
    watch("/kubepods/a", 0);
    watch("/kubepods/b", 0);
    EXPECT_EQ(run({"show", "/kubepods/*", "/app", "--json"}), 0);
    EXPECT_EQ(program.paths("watches"), (Paths{"/app", "/kubepods/a", "/kubepods/b"}));
    EXPECT_EQ(run({"show", "/kubepods/*", "/app"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("\n-\t-\t"));
    EXPECT_EQ(run({"show", "/app/*"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("no watched cgroup matches /app/*"));
    EXPECT_EQ(run({"show", "/kubepods/a", "/nowhere"}), 6);
    EXPECT_EQ(run({"show", "99999999"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("there is no memcg with the id 99999999"));
}

TEST_F(Watermark, ShowOfAZombie) {
    for (auto& memcg : program.kernel.memcgs)
        memcg.state = KMEMCGD_STATE_ZOMBIE;
    EXPECT_EQ(run({"show", std::to_string(id("/app"))}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("is a zombie"));
}

} // namespace
} // namespace kmemcgd
