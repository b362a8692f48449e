// SPDX-License-Identifier: GPL-2.0-only
// "kmemcgctl policy" against the fake kernel and a tree of directories that stands
// for cgroupfs.
#include "temporary_directory.hpp"

#include <cerrno>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PolicyCommand : public ::testing::Test {
protected:
    PolicyCommand() {
        fs::create_directories(root());
        std::ofstream(root() + "/cgroup.controllers") << "memory\n";
        for (const auto* path : {"/app", "/app/part", "/web", "/web/large"})
            add(path, "max");
        std::ofstream(root() + "/web/large/memory.max") << "67108864\n";
        program.policy_file = base + "/policy.toml";
        program.applied_file = base + "/run/applied.json";
        program.kernel.config.values[KMEMCGD_A_CONFIG_SETTLE_MS] = 1000;
        write(R"(
[module]
settle = "3s"
[[policy]]
name = "large"
match = "/web/*"
limit = { min = "16M" }
watermark = { ratio = 90 }
[[policy]]
name = "app"
match = "/app"
watermark = { ratio = 80, swap = true }
[[policy]]
name = "part"
match = "/*/part"
opt_out = true
)");
    }

    [[nodiscard]] std::string root() const { return base + "/cgroup"; }
    void add(const std::string& path, const char* limit) {
        add_cgroup(program.kernel, root(), path);
        std::ofstream(root() + path + "/memory.max") << limit << '\n';
    }
    [[nodiscard]] std::uint64_t id(const std::string& path) const {
        return inode_number(root() + path);
    }
    void write(std::string_view text) const { std::ofstream(program.policy_file) << text; }
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--cgroup-root", root(), "policy"});
        return program.run(arguments);
    }
    [[nodiscard]] const WatermarkPolicy* policy(const std::string& path) const {
        return with_path(program.kernel.policies, path);
    }
    [[nodiscard]] std::vector<std::string> steps() const {
        std::vector<std::string> list;
        const auto json = program.json();
        for (const auto& step : json["steps"])
            list.push_back(step["action"].get<std::string>() + " " +
                           step["path"].get<std::string>());
        return list;
    }

    Program program;
    TemporaryDirectory directory;
    const std::string& base = directory.path();
};

TEST_F(PolicyCommand, CheckNeedsNoModule) {
    program.kernel.loaded = false;
    EXPECT_EQ(run({"check"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("1 tunables and 3 policies"));
    write("[[policy]]\nname = \"x\"\nmatch = \"/nobody\"\nopt_out = true\n");
    EXPECT_EQ(run({"check", "--json"}), 0);
    EXPECT_EQ(program.json()["unused"], Json::array({"x"}));
    write("[[policy]]\nnam = \"x\"\n");
    EXPECT_EQ(run({"check"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("policy.toml:2:1: unknown key \"nam\""));
    EXPECT_EQ(run({"check", "--file", base + "/none"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("cannot read"));
}

TEST_F(PolicyCommand, ShowCountsCgroups) {
    EXPECT_EQ(run({"show", "--json"}), 0);
    EXPECT_EQ(program.json()["policies"][0]["cgroups"], 1);
    EXPECT_EQ(program.json()["policies"][2]["watermark"], nullptr);
    EXPECT_EQ(program.json()["tunables"][0]["name"], "settle_ms");
    program.terminal = true;
    EXPECT_EQ(run({"show"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("ratio 80 %, swap yes"));
    EXPECT_THAT(program.out.str(), HasSubstr("left alone"));
}

TEST_F(PolicyCommand, ExplainSaysWhyNot) {
    EXPECT_EQ(run({"explain", "/web/large"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("/web/large: \"large\""));
    EXPECT_EQ(run({"explain", "/web"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("/web: no policy"));
    EXPECT_THAT(program.out.str(), HasSubstr("\"large\" (" + program.policy_file +
                                             ":4) does not "
                                             "match: /web/*"));
    add("/app/other", "max");
    EXPECT_EQ(run({"explain", "/app/other", "--json"}), 0);
    EXPECT_EQ(program.json()["policy"], nullptr);
    EXPECT_EQ(program.json()["inherited"]["path"], "/app");
    EXPECT_EQ(program.json()["passed"].size(), 3U);
    EXPECT_EQ(run({"explain", "/gone"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("no cgroup /gone"));
}

TEST_F(PolicyCommand, ApplyDoesWhatDiffSays) {
    EXPECT_EQ(run({"diff", "--json"}), 0);
    EXPECT_THAT(steps(), ElementsAre("set /app", "set /app/part", "set /web/large"));
    EXPECT_TRUE(program.kernel.policies.empty());
    EXPECT_FALSE(fs::exists(program.applied_file));
    EXPECT_EQ(run({"apply", "--json"}), 0);
    EXPECT_THAT(steps(), ElementsAre("set /app", "set /app/part", "set /web/large"));
    EXPECT_EQ(program.json()["tunables"][0]["before"], 1000);
    EXPECT_EQ(program.kernel.config.at(KMEMCGD_A_CONFIG_SETTLE_MS), 3000U);
    ASSERT_NE(policy("/app"), nullptr);
    EXPECT_EQ(policy("/app")->ratio, 80U);
    EXPECT_EQ(policy("/app")->swap, 1U);
    ASSERT_NE(policy("/app/part"), nullptr);
    EXPECT_TRUE(policy("/app/part")->off());
    program.terminal = true;
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(program.out.str(), "nothing to change\n");
}

TEST_F(PolicyCommand, WhatNoRuleIsForAnyMoreGoes) {
    WatermarkPolicy by_hand;
    by_hand.id = id("/web");
    by_hand.path = "/web";
    by_hand.ratio = 70;
    program.kernel.policies.push_back(by_hand);
    EXPECT_EQ(run({"apply"}), 0);
    write("");
    EXPECT_EQ(run({"apply", "--json"}), 0);
    EXPECT_THAT(steps(), ::testing::UnorderedElementsAre("remove /app", "remove /app/part",
                                                         "remove /web/large"));
    EXPECT_EQ(program.kernel.policies.size(), 1U);
    EXPECT_NE(policy("/web"), nullptr);
}

TEST_F(PolicyCommand, ACgroupThatGoesInTheMiddleIsNoFailure) {
    program.kernel.before = [this](int command) {
        if (command == KMEMCGD_CMD_SET_WATERMARK)
            program.kernel.memcgs.clear();
    };
    EXPECT_EQ(run({"apply", "--json"}), 0);
    EXPECT_EQ(program.json()["gone"].size(), 3U);
    EXPECT_TRUE(program.json()["failures"].empty());
}

TEST_F(PolicyCommand, ABrokenFileChangesNothing) {
    EXPECT_EQ(run({"apply"}), 0);
    const auto before = program.kernel.policies.size();
    write("[[policy]]\nname = 5\n");
    EXPECT_EQ(run({"apply"}), 2);
    EXPECT_EQ(program.kernel.policies.size(), before);
}

TEST_F(PolicyCommand, NoPermissionAndNoModule) {
    program.kernel.refusals[KMEMCGD_CMD_SET_CONFIG] = {EPERM, ""};
    EXPECT_EQ(run({"apply"}), 4);
    program.kernel.loaded = false;
    EXPECT_EQ(run({"diff"}), 3);
}

TEST_F(PolicyCommand, ADamagedListIsSaid) {
    fs::create_directories(base + "/run");
    std::ofstream(program.applied_file) << "{\"watermarks\": [-1]}";
    EXPECT_EQ(run({"apply"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("is damaged"));
    EXPECT_TRUE(program.kernel.policies.empty());
}

// A watermark for the root of a tree, and classes below it.
constexpr auto with_classes = R"(
[[policy]]
name = "tree"
match = "/web"
watermark = { ratio = 90 }
[[policy]]
name = "large"
match = "/web/large"
class = "burstable"
request = "50%"
[[policy]]
name = "app"
match = "/app"
class = 4
watermark = { ratio = 80 }
)";

TEST_F(PolicyCommand, ClassesAreShownAndExplained) {
    write(with_classes);
    EXPECT_EQ(run({"show", "--json"}), 0);
    EXPECT_EQ(program.json()["policies"][0]["qos"], nullptr);
    EXPECT_EQ(program.json()["policies"][1]["watermark"], nullptr);
    EXPECT_EQ(program.json()["policies"][1]["qos"]["class_name"], "burstable");
    EXPECT_EQ(program.json()["policies"][1]["qos"]["request_ratio"], 50);
    EXPECT_FALSE(program.json()["policies"][1]["qos"].contains("id"));
    program.terminal = true;
    EXPECT_EQ(run({"show"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("burstable, request 50 %"));

    EXPECT_EQ(run({"explain", "/web/large"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("/web/large: \"large\""));
    EXPECT_THAT(program.out.str(), HasSubstr("class burstable, request 50 %"));
    EXPECT_THAT(program.out.str(), HasSubstr("/web/large: inherited from /web, \"tree\""));
    EXPECT_EQ(run({"explain", "/app/part"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("/app/part: inherited from /app, \"app\""));
    EXPECT_THAT(program.out.str(), HasSubstr("/app/part: part of /app, \"app\""));
    EXPECT_THAT(program.out.str(), HasSubstr("class besteffort"));
    EXPECT_EQ(run({"explain", "/app/part", "--json"}), 0);
    EXPECT_EQ(program.json()["part_of"]["path"], "/app");
    EXPECT_EQ(program.json()["part_of"]["policy"]["qos"]["class"], 4);
    EXPECT_EQ(run({"explain", "/web/large", "--json"}), 0);
    EXPECT_EQ(program.json()["part_of"], nullptr);
    EXPECT_EQ(program.json()["inherited"]["path"], "/web");
}

TEST_F(PolicyCommand, ClassesAreAppliedLikeWatermarks) {
    write(with_classes);
    EXPECT_EQ(run({"diff", "--json"}), 0);
    EXPECT_THAT(steps(), ElementsAre("set /app", "set /web", "set /app", "set /web/large"));
    const auto last = program.json()["steps"][3];
    EXPECT_EQ(last["what"], "qos");
    EXPECT_EQ(last["policy"], "large");
    EXPECT_EQ(last["before"], nullptr);
    EXPECT_EQ(last["after"]["class"], 8);
    EXPECT_FALSE(last["after"].contains("usage_bytes"));
    EXPECT_EQ(program.json()["steps"][0]["what"], "watermark");
    program.terminal = true;
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("none -> class burstable, request 50 %"));
    ASSERT_EQ(program.kernel.classes.size(), 2U);
    EXPECT_EQ(program.kernel.classes[1].request_ratio, 50U);
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(program.out.str(), "nothing to change\n");
}

TEST_F(PolicyCommand, AClassThatNoRuleIsForAnyMoreGoes) {
    write(with_classes);
    EXPECT_EQ(run({"apply"}), 0);
    Qos by_hand;
    by_hand.id = id("/web");
    by_hand.path = "/web";
    by_hand.qos_class = 12;
    program.kernel.classes.push_back(by_hand);
    write("[[policy]]\nname = \"tree\"\nmatch = \"/web\"\nwatermark = { ratio = 90 }\n");
    EXPECT_EQ(run({"apply", "--json"}), 0);
    EXPECT_THAT(steps(),
                ::testing::UnorderedElementsAre("remove /app", "remove /app", "remove /web/large"));
    ASSERT_EQ(program.kernel.classes.size(), 1U);
    EXPECT_EQ(program.kernel.classes[0].path, "/web");
    write("[[policy]]\nname = \"tree\"\nmatch = \"/web\"\nopt_out = true\n");
    program.terminal = true;
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("class guaranteed -> none"));
    EXPECT_TRUE(program.kernel.classes.empty());
}

TEST_F(PolicyCommand, AListFromBeforeThereWereClassesIsReadable) {
    fs::create_directories(base + "/run");
    std::ofstream(program.applied_file) << "{\"watermarks\": [" << id("/app") << "]}";
    for (const auto* path : {"/app", "/web"}) {
        WatermarkPolicy policy;
        policy.id = id(path);
        policy.path = path;
        policy.ratio = 80;
        program.kernel.policies.push_back(policy);
    }
    write("");
    EXPECT_EQ(run({"apply", "--json"}), 0);
    EXPECT_THAT(steps(), ElementsAre("remove /app"));
    std::ofstream(program.applied_file) << R"({"watermarks": [], "classes": [1, "x"]})";
    EXPECT_EQ(run({"apply"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("is damaged"));
}

// Root's umask may be that of a careful host; the daemon is another user.
TEST_F(PolicyCommand, TheListIsReadableByAll) {
    fs::create_directories(base + "/run");
    std::ofstream(program.applied_file + ".new") << "left over";
    fs::permissions(program.applied_file + ".new", fs::perms::owner_read);
    const auto before = ::umask(077);
    EXPECT_EQ(run({"apply"}), 0);
    ::umask(before);
    EXPECT_EQ(fs::status(program.applied_file).permissions(), fs::perms(0644));
}

TEST_F(PolicyCommand, AnOlderModuleWillDoWithoutClasses) {
    program.kernel.has_classes = false;
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(program.kernel.policies.size(), 3U);
    EXPECT_EQ(run({"export"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("name = \"/app\""));
    write(with_classes);
    EXPECT_EQ(run({"apply"}), 5);
    EXPECT_THAT(program.err.str(), HasSubstr("has no classes"));
    EXPECT_EQ(program.kernel.policies.size(), 3U);
}

TEST_F(PolicyCommand, ACgroupThatGoesIsNamedOnce) {
    write(with_classes);
    program.kernel.memcgs.clear();
    EXPECT_EQ(run({"apply", "--json"}), 0);
    EXPECT_THAT(program.json()["gone"].get<std::vector<std::string>>(),
                ElementsAre("/app", "/web", "/web/large"));
}

TEST_F(PolicyCommand, ClassesAreExported) {
    write(with_classes);
    EXPECT_EQ(run({"apply"}), 0);
    WatermarkPolicy off;
    off.id = id("/web/large");
    off.path = "/web/large";
    off.scale_factor = 50;
    program.kernel.policies.push_back(off);
    for (auto& qos : program.kernel.classes)
        qos.swap = 1;
    program.kernel.classes[0].request_bytes = 5 << 20;
    EXPECT_EQ(run({"export"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("watermark = \"off\""));
    write(program.out.str());
    EXPECT_EQ(run({"diff", "--json"}), 0) << program.err.str();
    EXPECT_THAT(steps(), ElementsAre());
    EXPECT_EQ(program.json()["unused"], Json::array());
    // A file has one kind of request; the other one is said all the same.
    program.kernel.classes[0].request_ratio = 7;
    EXPECT_EQ(run({"export"}), 0);
    EXPECT_THAT(program.out.str(),
                HasSubstr("# a policy file takes one of both: request = \"7%\""));
    write(program.out.str());
    EXPECT_EQ(run({"check"}), 0) << program.err.str();
}

TEST_F(PolicyCommand, WhatIsExportedSaysTheSame) {
    add("/odd [*] \"x\\x2d", "max");
    EXPECT_EQ(run({"apply"}), 0);
    WatermarkPolicy odd;
    odd.id = id("/odd [*] \"x\\x2d");
    odd.path = "/odd [*] \"x\\x2d";
    odd.ratio = 60;
    odd.scale_factor = 50;
    odd.swappiness = 7;
    program.kernel.policies.push_back(odd);
    EXPECT_EQ(run({"export"}), 0);
    write(program.out.str());
    EXPECT_EQ(run({"diff", "--json"}), 0) << program.err.str();
    EXPECT_THAT(steps(), ElementsAre());
    EXPECT_EQ(program.json()["unused"], Json::array());
    EXPECT_TRUE(program.json()["tunables"].empty());
}

} // namespace
} // namespace kmemcgd
