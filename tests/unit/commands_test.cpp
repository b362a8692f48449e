// SPDX-License-Identifier: GPL-2.0-only
// Every command against the fake kernel: what it prints, what it exits with.
#include "fake_kernel.hpp"

#include <cerrno>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Commands : public ::testing::Test {
protected:
    Commands() {
        program.kernel.config.values[KMEMCGD_A_CONFIG_ENABLED] = 1;
        program.kernel.config.values[KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE] = 50;
        program.kernel.config.values[KMEMCGD_A_CONFIG_SCAN_INTERVAL_MS] = 60000;
        program.kernel.stats.left = 3;
        program.kernel.stats.left_by_pin[KMEMCGD_PIN_JOURNAL] = 3;
        program.kernel.memcgs = {zombie(11, "/a", KMEMCGD_PIN_FILE, 1000),
                                 zombie(12, "/b", KMEMCGD_PIN_DIRTY, 9000),
                                 zombie(13, "/a", KMEMCGD_PIN_NONE, 5000)};
    }
    static Memcg zombie(std::uint64_t id, std::string path, std::uint32_t pin,
                        std::uint64_t age_ms) {
        Memcg memcg;
        memcg.id = id;
        memcg.state = KMEMCGD_STATE_ZOMBIE;
        memcg.pin = pin;
        memcg.path = std::move(path);
        memcg.age_ms = age_ms;
        memcg.memory_bytes = id * 4096;
        return memcg;
    }
    static Pass pass(std::uint64_t id) {
        Pass result;
        result.id = id;
        result.freed = 40;
        result.left = 2;
        return result;
    }
    [[nodiscard]] int asked(int command) const {
        const auto& list = program.kernel.asked;
        return static_cast<int>(std::count(list.begin(), list.end(), command));
    }

    Program program;
};

TEST_F(Commands, AWordThatAnOptionDoesNotTake) {
    EXPECT_EQ(program.run({"--format", "bogus"}), 2);
    EXPECT_THAT(program.err.str(),
                HasSubstr("--format: \"bogus\" is none of auto, human, plain, json"));
    EXPECT_EQ(program.run({"zombies", "list", "--sort", "bogus"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("--sort: \"bogus\" is none of "));
    EXPECT_EQ(program.run({"--format", "json", "stats"}), 0);
    EXPECT_TRUE(program.json().contains("schema"));
}

TEST_F(Commands, NotLoadedIsThree) {
    program.kernel.loaded = false;
    EXPECT_EQ(program.run({}), 3);
    EXPECT_THAT(program.err.str(), HasSubstr("not loaded"));
    EXPECT_THAT(program.err.str(), HasSubstr("modprobe kmemcgd"));
    EXPECT_EQ(program.run({"--json", "stats"}), 3);
    EXPECT_EQ(program.json()["error"]["name"], "not-loaded");
    EXPECT_EQ(program.run({"version"}), 0);
}

TEST_F(Commands, TellsItsVersionWithoutTheModule) {
    program.kernel.loaded = false;
    for (const auto* flag : {"--version", "-V"}) {
        EXPECT_EQ(program.run({flag}), 0);
        EXPECT_THAT(program.out.str(), HasSubstr("kmemcgctl " + program_version()));
        EXPECT_EQ(program.err.str(), "");
        EXPECT_EQ(asked(KMEMCGD_CMD_GET_INFO), 0);
    }
}

TEST_F(Commands, OtherVersionsAreFive) {
    program.kernel.family_version = 2;
    EXPECT_EQ(program.run({"status"}), 5);
    EXPECT_THAT(program.err.str(), HasSubstr("protocol version 2"));
    program.kernel.family_version = 1;
    program.kernel.protocol = 7;
    EXPECT_EQ(program.run({"config", "show"}), 5);
    EXPECT_THAT(program.err.str(), HasSubstr("protocol version 7"));
}

TEST_F(Commands, NoPermissionIsFour) {
    program.kernel.refusals[KMEMCGD_CMD_SET_CONFIG] = {EPERM, ""};
    EXPECT_EQ(program.run({"config", "set", "enabled=off"}), 4);
    EXPECT_THAT(program.err.str(), HasSubstr("CAP_NET_ADMIN"));
}

TEST_F(Commands, UsageIsTwoAndSuggests) {
    EXPECT_EQ(program.run({"statsu"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("did you mean \"stats\"?"));
    EXPECT_EQ(program.run({"zombies", "lst"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("did you mean \"list\"?"));
    EXPECT_EQ(program.run({"config", "set", "enbled=1"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("did you mean \"enabled\"?"));
    EXPECT_EQ(program.run({"zombies", "list", "--pin", "glue"}), 2);
    EXPECT_EQ(program.run({"zombies", "reap", "--timeout", "3s"}), 2);
    EXPECT_TRUE(program.kernel.asked.empty());
}

TEST_F(Commands, HelpTellsAllCommands) {
    EXPECT_EQ(program.run({"help"}), 0);
    for (const auto& command : commands())
        EXPECT_THAT(program.out.str(), HasSubstr(command.name));
    EXPECT_EQ(program.run({"help", "zombies"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("--until"));
}

TEST_F(Commands, StatusTellsWhatIsWrong) {
    program.kernel.config.values[KMEMCGD_A_CONFIG_ENABLED] = 0;
    EXPECT_EQ(program.run({"--json"}), 0);
    const auto status = program.json();
    EXPECT_EQ(status["schema"], 1);
    EXPECT_EQ(status["state"], "off");
    std::vector<std::string> names;
    for (const auto& finding : status["findings"])
        names.push_back(finding["name"]);
    EXPECT_EQ(names, (std::vector<std::string>{"disabled", "slow-scan", "pinned-journal"}));

    program.terminal = true;
    EXPECT_EQ(program.run({"status"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("config set enabled=on"));
    EXPECT_THAT(program.out.str(), HasSubstr("every 60.0 s"));
}

TEST_F(Commands, ConfigSetIsOneRequest) {
    EXPECT_EQ(program.run({"--json", "config", "set", "cpu_cap=2.5%", "settle=3s"}), 0);
    EXPECT_EQ(asked(KMEMCGD_CMD_SET_CONFIG), 1);
    const auto config = program.json()["config"];
    EXPECT_EQ(config["cpu_cap_permille"], 25);
    EXPECT_EQ(config["settle_ms"], 3000);
    EXPECT_EQ(config["enabled"], true);
}

TEST_F(Commands, ConfigSetPrintsTheKernelsReason) {
    program.kernel.refusals[KMEMCGD_CMD_SET_CONFIG] = {ERANGE, "must be 1 to 1000"};
    EXPECT_EQ(program.run({"config", "set", "cpu_cap_permille=0"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("cpu_cap_permille: must be 1 to 1000"));
}

TEST_F(Commands, ListSortsFiltersAndLimits) {
    EXPECT_EQ(program.run({"--json", "zombies", "list", "--limit", "2"}), 0);
    const auto list = program.json();
    EXPECT_EQ(list["found"], 3);
    ASSERT_EQ(list["memcgs"].size(), 2U);
    EXPECT_EQ(list["memcgs"][0]["id"], 12);
    EXPECT_EQ(list["memcgs"][1]["id"], 13);
    EXPECT_EQ(program.run({"zombies", "list", "--pin", "dirty"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("\n12\tdirty\t9000\t49152\t"));
    EXPECT_THAT(program.out.str(), Not(HasSubstr("\n11\t")));
}

TEST_F(Commands, PathsCannotControlTheTerminal) {
    program.kernel.memcgs = {zombie(1, "/a\033[2J\tb", KMEMCGD_PIN_NONE, 1)};
    EXPECT_EQ(program.run({"zombies", "list"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("/a\\x1b[2J\\x09b"));
    program.kernel.memcgs = {zombie(1, "/\xff\xfe", KMEMCGD_PIN_NONE, 1)};
    EXPECT_EQ(program.run({"--json", "zombies", "list"}), 0);
    EXPECT_EQ(program.json()["memcgs"].size(), 1U);
    // Control characters that JSON allows in a string: DEL, and U+009B in UTF-8.
    program.kernel.memcgs = {zombie(1, "/\x7f\xc2\x9b", KMEMCGD_PIN_NONE, 1)};
    EXPECT_EQ(program.run({"--json", "zombies", "list"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("/\\u007f\\u009b"));
    EXPECT_EQ(program.json()["memcgs"][0]["path"], "/\x7f\xc2\x9b");
}

TEST_F(Commands, InterruptedDumpIsTriedThreeTimes) {
    program.kernel.interrupted_dumps = 2;
    EXPECT_EQ(program.run({"zombies", "list"}), 0);
    EXPECT_EQ(asked(KMEMCGD_CMD_GET_MEMCG), 3);
    program.kernel.interrupted_dumps = 3;
    EXPECT_EQ(program.run({"--json", "zombies", "list"}), 6);
    EXPECT_EQ(program.json()["complete"], false);
    EXPECT_EQ(program.json()["found"], 3);
}

TEST_F(Commands, MemcgByIdAndByPath) {
    EXPECT_EQ(program.run({"--json", "memcg", "show", "12"}), 0);
    EXPECT_EQ(program.json()["memcgs"][0]["path"], "/b");
    EXPECT_EQ(program.run({"--json", "memcg", "show", "/a"}), 0);
    EXPECT_EQ(program.json()["memcgs"].size(), 2U);
    EXPECT_EQ(program.run({"memcg", "show", "99"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("id 99"));
}

TEST_F(Commands, StatsAndReset) {
    program.kernel.stats.slice_hist[6] = 95;
    program.kernel.stats.slice_hist[9] = 5;
    EXPECT_EQ(program.run({"--json", "stats"}), 0);
    EXPECT_EQ(program.json()["stats"]["slice_hist"]["p95_below_ns"], 128);
    EXPECT_EQ(program.json()["stats"]["slice_hist"]["p99_below_ns"], 1024);
    EXPECT_EQ(program.json()["stats"]["slice_hist"]["max_below_ns"], 1024);
    EXPECT_EQ(asked(KMEMCGD_CMD_RESET_STATS), 0);
    program.terminal = true;
    EXPECT_EQ(program.run({"stats", "--reset"}), 0);
    EXPECT_EQ(asked(KMEMCGD_CMD_RESET_STATS), 1);
    EXPECT_THAT(program.out.str(), HasSubstr("###"));
}

// A module from before pages were told apart by who took them is asked as well.
TEST_F(Commands, StatsTellPagesApartWhereTheModuleDoes) {
    EXPECT_EQ(program.run({"--json", "stats"}), 0);
    EXPECT_TRUE(program.json()["stats"]["zombie_pages"].is_null());
    program.kernel.stats.zombie_pages = 3;
    program.kernel.stats.watermark_pages = 4;
    EXPECT_EQ(program.run({"--json", "stats"}), 0);
    EXPECT_EQ(program.json()["stats"]["zombie_pages"], 3);
    EXPECT_EQ(program.json()["stats"]["watermark_pages"], 4);
    EXPECT_EQ(program.run({"stats"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("watermark_pages\t4\t"));
}

TEST_F(Commands, TruncatedRepliesAreErrors) {
    for (const std::size_t bytes : {1U, 3U, 5U, 8U, 40U}) {
        program.kernel.cut_bytes = bytes;
        EXPECT_EQ(program.run({"stats"}), 1) << bytes;
        EXPECT_THAT(program.err.str(), HasSubstr("malformed")) << bytes;
    }
}

TEST_F(Commands, ReapEndsWithItsPass) {
    program.kernel.event(KMEMCGD_CMD_PASS_END_NTF, FakeKernel::pass_attrs(pass(4)));
    program.kernel.event(KMEMCGD_CMD_PASS_END_NTF, FakeKernel::pass_attrs(pass(5)));
    EXPECT_EQ(program.run({"--json", "zombies", "reap", "--wait"}), 0);
    EXPECT_EQ(program.json()["pass"]["id"], 5);
    EXPECT_EQ(program.json()["end"], "finished");
    EXPECT_EQ(asked(KMEMCGD_CMD_GET_STATS), 0);
}

TEST_F(Commands, ReapFallsBackToCountersWhenEventsAreLost) {
    program.kernel.events.emplace_back(Arrival::lost, Datagram{});
    program.kernel.before = [this](int command) {
        if (command == KMEMCGD_CMD_GET_STATS && asked(command) == 3)
            program.kernel.stats.last_pass = pass(6);
    };
    EXPECT_EQ(program.run({"--json", "zombies", "reap", "--wait"}), 0);
    EXPECT_EQ(program.json()["pass"]["id"], 6);
    EXPECT_EQ(program.json()["events_lost"], true);
}

TEST_F(Commands, ReapLooksAtCountersThoughOtherEventsGoOn) {
    program.kernel.event_gap = std::chrono::milliseconds(700);
    program.kernel.events.emplace_back(Arrival::lost, Datagram{});
    Attrs freed;
    freed.put(KMEMCGD_A_FREED_COUNT, std::uint64_t{7}).put(KMEMCGD_A_FREED_TOTAL, std::uint64_t{9});
    for (int i = 0; i < 20; ++i)
        program.kernel.event(KMEMCGD_CMD_FREED_NTF, freed);
    program.kernel.before = [this](int command) {
        if (command == KMEMCGD_CMD_GET_STATS && asked(command) == 2)
            program.kernel.stats.last_pass = pass(5);
    };
    EXPECT_EQ(program.run({"--json", "zombies", "reap", "--wait"}), 0);
    EXPECT_EQ(program.json()["pass"]["id"], 5);
    EXPECT_FALSE(program.kernel.events.empty());
}

TEST_F(Commands, ReapTimesOutAsPartial) {
    EXPECT_EQ(program.run({"--json", "zombies", "reap", "--wait", "--timeout", "30s"}), 6);
    EXPECT_EQ(program.json()["end"], "timed-out");
    EXPECT_EQ(program.kernel.clock.time.time_since_epoch(), std::chrono::seconds(30));
}

TEST_F(Commands, ReapInterruptedAndUnloaded) {
    program.kernel.events.emplace_back(Arrival::interrupted, Datagram{});
    EXPECT_EQ(program.run({"zombies", "reap", "--wait"}), 6);
    program.kernel.unload_event();
    EXPECT_EQ(program.run({"zombies", "reap", "--wait"}), 3);
}

TEST_F(Commands, ReapOfOneSaysWhatHoldsIt) {
    program.kernel.event(KMEMCGD_CMD_PASS_END_NTF, FakeKernel::pass_attrs(pass(5)));
    EXPECT_EQ(program.run({"zombies", "reap", "12", "--wait"}), 6);
    EXPECT_THAT(program.err.str(), HasSubstr("held by: dirty"));
    program.kernel.event(KMEMCGD_CMD_PASS_END_NTF, FakeKernel::pass_attrs(pass(5)));
    program.kernel.before = [this](int command) {
        if (command == KMEMCGD_CMD_REAP)
            program.kernel.memcgs.clear();
    };
    EXPECT_EQ(program.run({"zombies", "reap", "12", "--wait"}), 0);
}

TEST_F(Commands, ReapOfAPathTakesAllThatHadIt) {
    EXPECT_EQ(program.run({"--json", "zombies", "reap", "/a"}), 0);
    EXPECT_EQ(program.json()["targets"], Json({11, 13}));
    EXPECT_EQ(asked(KMEMCGD_CMD_REAP), 2);
    EXPECT_EQ(program.run({"zombies", "reap", "/nowhere"}), 1);
}

TEST_F(Commands, ReapIsCappedWhenAskedTo) {
    EXPECT_EQ(program.run({"zombies", "reap", "--capped"}), 0);
    EXPECT_TRUE(program.kernel.capped_pass);
    EXPECT_EQ(program.run({"zombies", "reap"}), 0);
    EXPECT_FALSE(program.kernel.capped_pass);
    EXPECT_EQ(program.run({"zombies", "reap", "12", "--capped"}), 0);
    EXPECT_TRUE(program.kernel.capped_pass);
}

TEST_F(Commands, ReapWhileSwitchedOff) {
    program.kernel.refusals[KMEMCGD_CMD_REAP] = {EAGAIN, "the daemon is switched off"};
    EXPECT_EQ(program.run({"zombies", "reap"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("switched off"));
    EXPECT_THAT(program.err.str(), HasSubstr("enabled=on"));
}

TEST_F(Commands, MonitorPrintsAnObjectALine) {
    Attrs freed;
    freed.put(KMEMCGD_A_FREED_COUNT, std::uint64_t{7}).put(KMEMCGD_A_FREED_TOTAL, std::uint64_t{9});
    program.kernel.event(KMEMCGD_CMD_FREED_NTF, freed);
    program.kernel.events.emplace_back(Arrival::lost, Datagram{});
    program.kernel.event(KMEMCGD_CMD_PASS_END_NTF, FakeKernel::pass_attrs(pass(5)));
    EXPECT_EQ(program.run({"--json", "monitor", "--count", "2"}), 0);
    std::istringstream lines(program.out.str());
    std::vector<std::string> events;
    for (std::string line; std::getline(lines, line);)
        events.push_back(Json::parse(line)["event"]);
    EXPECT_EQ(events, (std::vector<std::string>{"freed", "lost", "pass-end"}));
    EXPECT_EQ(program.run({"monitor", "--timeout", "5s"}), 0);
    EXPECT_EQ(program.run({"monitor", "--timeout", "5s", "--count", "1"}), 6);
    program.kernel.unload_event();
    EXPECT_EQ(program.run({"monitor"}), 3);
}

TEST_F(Commands, WatchEndsWhenFewAreLeft) {
    program.kernel.before = [this](int command) {
        if (command == KMEMCGD_CMD_GET_STATS)
            --program.kernel.stats.left;
    };
    EXPECT_EQ(program.run({"zombies", "watch", "--until", "0"}), 0);
    EXPECT_EQ(asked(KMEMCGD_CMD_GET_STATS), 3);
    program.kernel.stats.left = 1000;
    EXPECT_EQ(program.run({"zombies", "watch", "--until", "0", "--timeout", "5s"}), 6);
}

TEST_F(Commands, FeaturesSayWhyNot) {
    EXPECT_EQ(program.run({"features"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("rmdir-events\t0\t0\tbe woken\tno tracepoint\n"));
}

} // namespace
} // namespace kmemcgd
