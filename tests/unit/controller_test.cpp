// SPDX-License-Identifier: GPL-2.0-only
// "kmemcgctl controller": when it applies what, and what it says.
#include "daemon_fixture.hpp"

#include <cerrno>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class ControllerDaemon : public DaemonTest {
protected:
    ControllerDaemon() {
        add("/app");
        write_ratio(80);
    }

    void add(const std::string& path) { add_cgroup(program.kernel, root(), path); }
    void write_ratio(int ratio) const {
        write_policy("[[policy]]\nname = \"app\"\nmatch = \"/app*\"\nwatermark = { ratio = " +
                     std::to_string(ratio) + " }\n");
    }
    [[nodiscard]] std::optional<std::uint32_t> ratio_of(const std::string& path) const {
        const auto* policy = with_path(program.kernel.policies, path);
        return policy != nullptr ? std::optional(policy->ratio) : std::nullopt;
    }
};

TEST_F(ControllerDaemon, AppliesAtTheStartAndSaysThatItIsReady) {
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(ratio_of("/app"), 80U);
    EXPECT_THAT(notified, Contains("READY=1"));
    EXPECT_THAT(notified, Contains("STATUS=1 cgroups have a policy"));
    EXPECT_EQ(notified.back(), "STOPPING=1");
    EXPECT_THAT(program.err.str(), HasSubstr("/app: watermark set by \"app\""));
    EXPECT_EQ(script.watched.size(), 2U); // the root as well
    EXPECT_EQ(script.waited.front(), 30s);
}

TEST_F(ControllerDaemon, AFileThatIsWrongAtTheStartEndsIt) {
    write_policy("polcy = 1");
    EXPECT_EQ(run(), 2);
    EXPECT_TRUE(notified.empty());
}

TEST_F(ControllerDaemon, InTheJournalLinesHaveALevel) {
    program.err_is_journal = true;
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(program.err.str(), HasSubstr("<6>/app: watermark set by \"app\"\n"));
    program.err.str("");
    write_policy("polcy = 1");
    EXPECT_EQ(run(), 2);
    EXPECT_THAT(program.err.str(), MatchesRegex("<3>kmemcgctl: [^\n]*\n<3>  hint: [^\n]*\n"));
}

TEST_F(ControllerDaemon, AFileThatChangesIsAppliedOnceItHasSettled) {
    script.waits = {[this] {
                        write_ratio(70);
                        return Woken{.policy_file = true};
                    },
                    [this] {
                        EXPECT_EQ(ratio_of("/app"), 80U);
                        return Woken{};
                    },
                    [this] {
                        EXPECT_EQ(ratio_of("/app"), 70U);
                        return Woken{};
                    }};
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(script.waited[1], 200ms);
}

TEST_F(ControllerDaemon, ABrokenFileLeavesTheLastGoodOne) {
    script.waits = {[this] {
                        write_policy("[[policy]]\nname = 1\n");
                        return Woken{.reload = true};
                    },
                    [this] {
                        program.kernel.policies.clear(); // as if loaded anew
                        return Woken{};
                    },
                    [] { return Woken{}; }};
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(program.err.str(), HasSubstr("policy.toml:2:8"));
    EXPECT_EQ(ratio_of("/app"), 80U);
}

TEST_F(ControllerDaemon, TheStatusIsAboutABrokenFileUntilItIsMended) {
    script.waits = {[this] {
                        write_policy("[[policy]]\nname = 1\n");
                        return Woken{.reload = true};
                    },
                    [this] {
                        EXPECT_THAT(notified.back(), HasSubstr("policy.toml:2:8"));
                        program.kernel.loaded = false;
                        return Woken{};
                    },
                    [this] {
                        EXPECT_THAT(notified.back(), HasSubstr("not loaded"));
                        program.kernel.loaded = true;
                        program.kernel.policies.clear();
                        return Woken{};
                    },
                    [this] {
                        EXPECT_THAT(notified.back(), HasSubstr("policy.toml:2:8"));
                        EXPECT_THAT(program.err.str(), Not(HasSubstr("all is well again")));
                        write_ratio(70);
                        return Woken{.reload = true};
                    },
                    [this] {
                        EXPECT_EQ(notified.back(), "STATUS=1 cgroups have a policy");
                        EXPECT_THAT(program.err.str(), HasSubstr("all is well again"));
                        return Woken{.stop = true};
                    }};
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(ratio_of("/app"), 70U);
}

TEST_F(ControllerDaemon, CgroupsThatAppearGetTheirs) {
    script.waits = {[this] {
                        add("/app2");
                        return Woken{.cgroups = true};
                    },
                    [] { return Woken{}; }};
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(script.waited[1], 1s);
    EXPECT_EQ(ratio_of("/app2"), 80U);
}

TEST_F(ControllerDaemon, WaitsForTheModuleAndSaysSoOnce) {
    program.kernel.loaded = false;
    const auto idle = [] { return Woken{}; };
    script.waits = {idle, idle, idle,
                    [this] {
                        program.kernel.loaded = true;
                        return Woken{};
                    },
                    idle};
    EXPECT_EQ(run(), 0);
    const auto said = program.err.str();
    const auto first = said.find("not loaded");
    ASSERT_NE(first, std::string::npos);
    EXPECT_EQ(said.find("not loaded", first + 1), std::string::npos);
    EXPECT_THAT(said, HasSubstr("all is well again"));
    EXPECT_EQ(script.waited[0], 1s);
    EXPECT_EQ(script.waited[1], 2s);
    EXPECT_EQ(script.waited[2], 4s);
    EXPECT_EQ(ratio_of("/app"), 80U);
}

TEST_F(ControllerDaemon, TheStatusIsThereAtOnceWhereThereIsNothingToDo) {
    EXPECT_EQ(run(), 0);
    notified.clear();
    program.err.str("");
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(notified, ElementsAre("STATUS=1 cgroups have a policy", "READY=1", "STOPPING=1"));
    EXPECT_THAT(program.err.str(), Not(HasSubstr("set by")));
}

TEST_F(ControllerDaemon, TheStatusIsGoodAgainAfterATroubleThatChangedNothing) {
    script.waits = {[this] {
                        program.kernel.loaded = false;
                        return Woken{};
                    },
                    [this] {
                        EXPECT_THAT(notified.back(), HasSubstr("not loaded"));
                        program.kernel.loaded = true;
                        return Woken{};
                    },
                    [this] {
                        EXPECT_EQ(notified.back(), "STATUS=1 cgroups have a policy");
                        return Woken{.stop = true};
                    }};
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(notified.back(), "STOPPING=1");
}

TEST_F(ControllerDaemon, CleanupRemovesWhatWasSetAndNothingElse) {
    add("/other");
    WatermarkPolicy by_hand;
    by_hand.id = program.kernel.memcgs.back().id;
    by_hand.path = "/other";
    by_hand.ratio = 60;
    program.kernel.policies.push_back(by_hand);
    EXPECT_EQ(run({"--cleanup"}), 0);
    EXPECT_EQ(ratio_of("/app"), std::nullopt);
    EXPECT_EQ(ratio_of("/other"), 60U);
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(ratio_of("/app"), 80U); // without it, it stays
}

TEST_F(ControllerDaemon, ClassesAreKeptAndCleanedUp) {
    write_policy("[[policy]]\nname = \"app\"\nmatch = \"/app*\"\nclass = \"burstable\"\n"
                 "watermark = { ratio = 80 }\n");
    add("/other");
    Qos by_hand;
    by_hand.id = program.kernel.memcgs.back().id;
    by_hand.path = "/other";
    program.kernel.classes.push_back(by_hand);
    script.waits = {[this] {
                        EXPECT_EQ(program.kernel.classes.size(), 2U);
                        program.kernel.classes.pop_back(); // somebody took it away
                        return Woken{};
                    },
                    [this] {
                        EXPECT_EQ(program.kernel.classes.back().path, "/app");
                        EXPECT_EQ(program.kernel.classes.back().qos_class, 8U);
                        return Woken{};
                    }};
    EXPECT_EQ(run({"--cleanup"}), 0);
    EXPECT_THAT(notified, Contains("STATUS=1 cgroups have a policy"));
    EXPECT_THAT(program.err.str(), HasSubstr("/app: class set by \"app\""));
    EXPECT_THAT(program.err.str(), HasSubstr("/app: class removed"));
    EXPECT_EQ(ratio_of("/app"), std::nullopt);
    ASSERT_EQ(program.kernel.classes.size(), 1U);
    EXPECT_EQ(program.kernel.classes[0].path, "/other");
}

TEST_F(ControllerDaemon, TheWatchdogIsFedInTime) {
    program.watchdog = 10s;
    script.waits = {[] { return Woken{}; }, [] { return Woken{}; }};
    EXPECT_EQ(run(), 0);
    for (const auto& waited : script.waited)
        EXPECT_LE(waited, 10s);
    // Three turns, before and behind each.
    EXPECT_EQ(std::count(notified.begin(), notified.end(), "WATCHDOG=1"), 6);
}

TEST_F(ControllerDaemon, WithoutTheRightToItEnds) {
    program.kernel.refusals[KMEMCGD_CMD_SET_WATERMARK] = {EPERM, ""};
    EXPECT_EQ(run(), 4);
    EXPECT_THAT(notified, Not(Contains("READY=1")));
}

TEST_F(ControllerDaemon, BadIntervals) {
    for (const auto* interval : {"0", "500ms", "25h", "soon"})
        EXPECT_EQ(run({"--interval", interval}), 2) << interval;
    EXPECT_EQ(run({"--interval", "5s"}), 0);
    EXPECT_EQ(script.waited.back(), 5s);
}

TEST_F(ControllerDaemon, WhatCannotBeWatchedIsSaidOnce) {
    script.unwatchable = 3;
    script.waits = {[] { return Woken{}; }};
    EXPECT_EQ(run(), 0);
    const auto said = program.err.str();
    const auto first = said.find("max_user_watches");
    ASSERT_NE(first, std::string::npos);
    EXPECT_EQ(said.find("max_user_watches", first + 1), std::string::npos);
}

} // namespace
} // namespace kmemcgd
