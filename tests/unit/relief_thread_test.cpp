// SPDX-License-Identifier: GPL-2.0-only
// A relief in a thread of its own, by the clock that goes on by itself.
#include "client/mnl_transport.hpp"
#include "controller/relief_thread.hpp"

#include <chrono>
#include <functional>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

// What is seen of a relief from outside. Its steps are the test's.
struct Seen {
    std::atomic<int> steps = 0;
    std::atomic<pid_t> thread = 0;
    std::atomic<int> nice = 0;
    std::atomic<bool> stopped = false;
    std::atomic<bool> gone = false;
};

class ScriptedRelief final : public Relief {
public:
    using Step = std::function<Result<std::optional<TimePoint>>(TimePoint now)>;

    ScriptedRelief(Seen& seen, Step step) : seen_(&seen), step_(std::move(step)) {}
    ~ScriptedRelief() override { seen_->gone = true; }

    Result<std::optional<TimePoint>> step(TimePoint now) override {
        seen_->thread = ::gettid();
        seen_->nice = ::getpriority(PRIO_PROCESS, 0);
        ++seen_->steps;
        if (seen_->stopped)
            return std::optional<TimePoint>();
        return step_(now);
    }
    void stop(TimePoint /*now*/) override { seen_->stopped = true; }
    [[nodiscard]] ReliefReport report() const override {
        ReliefReport report;
        report.end = seen_->stopped ? ReliefEnd::stopped : ReliefEnd::met;
        report.rounds = 3;
        return report;
    }

private:
    Seen* seen_;
    Step step_;
};

class ReliefThreadTest : public testing::Test {
protected:
    void start(ScriptedRelief::Step step) {
        relief_.emplace(std::make_unique<ScriptedRelief>(seen_, std::move(step)), clock_);
    }
    // Until it is over, as the daemon does.
    Result<std::optional<TimePoint>> wait() {
        for (;;) {
            auto next = relief_->step(clock_.now());
            if (!next || !*next)
                return next;
            EXPECT_GT(**next, clock_.now() - 1s);
            std::this_thread::sleep_for(1ms);
        }
    }
    void wait_for_step() const {
        while (seen_.steps == 0)
            std::this_thread::sleep_for(1ms);
    }

    SystemClock clock_;
    Seen seen_;
    std::optional<ReliefThread> relief_;
};

TEST_F(ReliefThreadTest, IsAtTheLowestPriorityAndItsOwnerIsNot) {
    const int own = ::getpriority(PRIO_PROCESS, 0);
    start([](TimePoint) { return std::optional<TimePoint>(); });
    EXPECT_TRUE(wait());
    EXPECT_EQ(seen_.nice, 19);
    EXPECT_NE(seen_.thread, ::gettid());
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), own);
}

TEST_F(ReliefThreadTest, TakesItsStepsByItselfAndThenReports) {
    start([this](TimePoint now) {
        return seen_.steps < 5 ? std::optional(now + 1ms) : std::nullopt;
    });
    while (seen_.steps < 5)
        std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(wait());
    EXPECT_EQ(seen_.steps, 5);
    EXPECT_EQ(relief_->report().end, ReliefEnd::met);
    EXPECT_EQ(relief_->report().rounds, 3U);
}

TEST_F(ReliefThreadTest, TellsOfAnError) {
    start([](TimePoint) { return Error{.message = "broken"}; });
    const auto end = wait();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().message, "broken");
}

TEST_F(ReliefThreadTest, WhatIsStoppedIsSoAtOnceAndTakesItsLastSteps) {
    start([](TimePoint now) { return std::optional(now + 1h); });
    wait_for_step();
    relief_->stop(clock_.now());
    EXPECT_EQ(relief_->report().end, ReliefEnd::stopped);
    EXPECT_TRUE(wait());
    EXPECT_EQ(seen_.steps, 2);
}

TEST_F(ReliefThreadTest, GoesInTheMiddleOfAWait) {
    start([](TimePoint now) { return std::optional(now + 1h); });
    wait_for_step();
    relief_.reset();
    EXPECT_TRUE(seen_.gone);
    EXPECT_FALSE(seen_.stopped);
}

} // namespace
} // namespace kmemcgd
