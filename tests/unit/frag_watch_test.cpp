// SPDX-License-Identifier: GPL-2.0-only
// How fast blocks go: the arithmetic, and "frag watch".
#include "fake_kernel.hpp"
#include "frag/frag_watch.hpp"
#include "temporary_directory.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

// A watch for 100 blocks, and a clock.
class FragWatching : public ::testing::Test {
protected:
    FragReading after(std::chrono::nanoseconds passed, std::uint64_t blocks) {
        now += passed;
        return watch.update(now, blocks);
    }

    FragWatch watch{100};
    TimePoint now{};
};

TEST_F(FragWatching, OneReadingSaysNothingAboutTheRate) {
    const auto first = after(0s, 1000);
    EXPECT_EQ(first.state, FragState::calm);
    EXPECT_EQ(first.before, std::nullopt);
    EXPECT_TRUE(first.changed());
    EXPECT_EQ(first.fall_per_s, 0);
    EXPECT_EQ(first.until_min_s, std::nullopt);
    EXPECT_EQ(first.next, 60s);
    EXPECT_FALSE(after(60s, 1000).changed());
}

// 1 - exp(-1) of it after as long as it is smoothed, however many looks there were.
TEST_F(FragWatching, TheRateIsAMovingAverage) {
    after(0s, 10000);
    EXPECT_NEAR(after(30s, 9700).fall_per_s, 6.321, 0.001);
    FragWatch often{100};
    FragReading reading;
    for (int second = 0; second <= 30; ++second)
        reading = often.update(TimePoint{} + std::chrono::seconds(second), 10000U - 10U * second);
    EXPECT_NEAR(reading.fall_per_s, 6.321, 0.001);
}

TEST_F(FragWatching, TheTimeLeftIsUntilThereAreFewer) {
    after(0s, 2000);
    const auto reading = after(600s, 500); // long enough that nothing else counts
    EXPECT_NEAR(reading.fall_per_s, 2.5, 0.001);
    EXPECT_NEAR(*reading.until_min_s, 401 / 2.5, 0.1);
    EXPECT_NEAR(*reading.until_none_s, 500 / 2.5, 0.1);
    EXPECT_EQ(reading.state, FragState::falling);
}

TEST_F(FragWatching, AFallThatTakesAgesIsCalm) {
    after(0s, 10001);
    const auto reading = after(3600s, 10000);
    EXPECT_EQ(reading.state, FragState::calm);
    EXPECT_EQ(reading.until_min_s, std::nullopt); // not within a week
    EXPECT_EQ(reading.next, 60s);
}

TEST_F(FragWatching, TheStatesInTheirOrder) {
    EXPECT_EQ(after(0s, 1000).state, FragState::calm);
    EXPECT_EQ(after(60s, 600).state, FragState::falling);
    EXPECT_EQ(after(10s, 100).state, FragState::falling);
    EXPECT_EQ(after(1s, 99).state, FragState::low);
    const auto none = after(10s, 0);
    EXPECT_EQ(none.state, FragState::exhausted);
    EXPECT_EQ(none.before, FragState::low);
    EXPECT_EQ(none.until_none_s, 0);
    EXPECT_EQ(after(10s, 1).state, FragState::low);
}

TEST_F(FragWatching, WhatWaversAroundTheBorderIsOneChange) {
    after(0s, 99);
    EXPECT_EQ(after(1s, 100).state, FragState::low);
    EXPECT_EQ(after(1s, 112).state, FragState::low);
    EXPECT_NE(after(1s, 113).state, FragState::low);
    EXPECT_NE(after(1s, 100).state, FragState::low);
}

TEST_F(FragWatching, FallingIsOverWhenThereIsTwiceTheTime) {
    after(0s, 3000);
    EXPECT_EQ(after(600s, 1000).state, FragState::falling); // 3.33 a second: 270 s
    EXPECT_EQ(after(600s, 600).state, FragState::falling);  // 0.67 a second: 751 s
    EXPECT_EQ(after(600s, 400).state, FragState::falling);  // 0.33 a second: 903 s
    EXPECT_EQ(after(600s, 350).state, FragState::calm);     // 0.08 a second: 3012 s
    EXPECT_EQ(after(600s, 400).state, FragState::calm);     // they become more
}

TEST_F(FragWatching, LooksMoreOftenTheNearerItIs) {
    EXPECT_EQ(after(0s, 400).next, 60s); // four times as many
    EXPECT_EQ(FragWatch{100}.update(now, 250).next, 30s);
    EXPECT_EQ(FragWatch{100}.update(now, 100).next, 1s);
    EXPECT_EQ(FragWatch{100}.update(now, 50).next, 10s);
    EXPECT_EQ(FragWatch{100}.update(now, 0).next, 1s);
    after(60s, 100000);
    const auto falls = after(600s, 1000); // 165 a second: 5.5 s left
    EXPECT_NEAR(std::chrono::duration<double>(falls.next).count(), 901 / 165.0 / 4, 0.001);
}

// Two readings at the same time, and a clock that stood still.
TEST_F(FragWatching, NoTimeIsNoRate) {
    after(0s, 1000);
    EXPECT_EQ(after(0s, 500).fall_per_s, 0);
}

TEST_F(FragWatching, ALongPauseForgetsWhatWasBefore) {
    after(0s, 1000);
    after(10s, 500);
    EXPECT_NEAR(after(24h, 500).fall_per_s, 0, 1e-9);
}

class FragWatchCommand : public ::testing::Test {
protected:
    FragWatchCommand() {
        program.host_root = directory.path();
        write(40);
    }
    // Of order 1: twice that; zone DMA does not count.
    void write(std::uint64_t blocks) const {
        directory.write("proc/buddyinfo", "Node 0, zone DMA 9 9 9\nNode 0, zone Normal 7 0 " +
                                              std::to_string(blocks) +
                                              "\nNode 1, zone Normal 7 3 0\n");
    }
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"frag", "watch"});
        return program.run(arguments);
    }
    [[nodiscard]] std::vector<Json> lines() const {
        std::vector<Json> all;
        std::istringstream text(program.out.str());
        for (std::string line; std::getline(text, line);)
            all.push_back(Json::parse(line));
        return all;
    }

    TemporaryDirectory directory;
    Program program;
};

TEST_F(FragWatchCommand, ALineAtTheStartAndEachMinute) {
    EXPECT_EQ(run({"--order", "1", "--timeout", "3m", "--json"}), 0);
    const auto all = lines();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0]["event"], "state");
    EXPECT_EQ(all[0]["state"], "calm");
    EXPECT_TRUE(all[0]["state_before"].is_null());
    EXPECT_EQ(all[0]["blocks"], 83);
    EXPECT_EQ(all[0]["min_blocks"], 64);
    EXPECT_TRUE(all[0]["node"].is_null());
    EXPECT_TRUE(all[0]["until_min_s"].is_null());
    EXPECT_EQ(all[1]["event"], "summary");
    EXPECT_EQ(all[1]["time"], "1970-01-01T00:01:00.000Z");
    EXPECT_EQ(all[3]["time"], "1970-01-01T00:03:00.000Z");
}

TEST_F(FragWatchCommand, OfOneNode) {
    EXPECT_EQ(run({"--order", "1", "--node", "1", "--min-blocks", "4", "--timeout", "1s"}), 0);
    EXPECT_THAT(program.out.str(),
                HasSubstr("state    state=low before=- order=1 node=1 blocks=3 min_blocks=4 "));
}

TEST_F(FragWatchCommand, EndsWhenInterrupted) {
    program.kernel.while_quiet = [waits = 0]() mutable {
        return ++waits == 2 ? Arrival::interrupted : Arrival::timed_out;
    };
    EXPECT_EQ(run({"--order", "1"}), 0);
    EXPECT_EQ(program.err.str(), "");
}

TEST_F(FragWatchCommand, SaysWhenItFalls) {
    program.kernel.while_quiet = [this, blocks = std::uint64_t{40}]() mutable {
        blocks -= blocks > 0 ? 1 : 0;
        write(blocks);
        return Arrival::timed_out;
    };
    EXPECT_EQ(run({"--order", "1", "--node", "0", "--timeout", "10m"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("state=low before=falling"));
    EXPECT_THAT(program.out.str(), HasSubstr("state=exhausted before=low order=1 node=0 blocks=0"));
}

TEST_F(FragWatchCommand, WhatMakesNoSense) {
    EXPECT_EQ(run({}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("--order is missing"));
    EXPECT_EQ(run({"--order", "3"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("order 3 is beyond this kernel's largest block"));
    EXPECT_EQ(run({"--order", "1", "--min-blocks", "0"}), 2);
    EXPECT_EQ(run({"--order", "1", "--node", "2"}), 2);
    EXPECT_EQ(run({"--order", "1", "--node", "99999999999"}), 2);
    EXPECT_EQ(run({"--order", "1", "--timeout", "soon"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("--timeout"));
    EXPECT_EQ(program.out.str(), "");
    fs::remove(directory.path() + "/proc/buddyinfo");
    EXPECT_EQ(run({"--order", "1"}), 1);
}

} // namespace
} // namespace kmemcgd
