// SPDX-License-Identifier: GPL-2.0-only
// The engine that gets large blocks back, on such a host; without the module at first.
#pragma once

#include "frag/relief.hpp"
#include "relief_host.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {

using namespace std::chrono_literals;

class ReliefTest : public ::testing::Test {
protected:
    ReliefTest() {
        kernel.loaded = false;
        kernel.config.values[KMEMCGD_A_CONFIG_ENABLED] = 1;
    }
    ReliefHost host() {
        return {files.root(),
                [this]() -> Result<Client> {
                    ++connects;
                    return Client::connect(std::make_unique<FakeTransport>(kernel), kernel.clock);
                },
                &compactor};
    }
    Result<std::unique_ptr<Relief>> open() {
        return Relief::open(goal, limits, host(), kernel.clock.time);
    }
    // Until it is done, or `until` says so. What it waits for passes at once.
    static constexpr int most_steps = 100000;
    void go(Relief& relief, const std::function<bool()>& until = {}) {
        for (int i = 0; i < most_steps && !(until && until()); ++i) {
            const auto next = relief.step(kernel.clock.time);
            ASSERT_TRUE(next) << next.error().message;
            if (!*next)
                return;
            EXPECT_LE(**next - kernel.clock.time, 40s);
            kernel.clock.time = std::max(kernel.clock.time, **next) + 1ms;
        }
    }
    ReliefReport run() {
        auto relief = open();
        EXPECT_TRUE(relief) << relief.error().message;
        if (!relief)
            return {};
        go(**relief);
        return (*relief)->report();
    }
    Result<ReliefReport> plan() { return Relief::plan(goal, limits, host(), kernel.clock.time); }
    // A copy: the report is often a temporary.
    static ReliefStepReport told(const ReliefReport& report, ReliefAction action) {
        for (const auto& step : report.steps) {
            if (step.action == action)
                return step;
        }
        ADD_FAILURE() << "no step " << action_name(action);
        return {};
    }
    void meet_goal() const { files.buddies("16000 0 80 0"); }
    // A module with a class, whose host is short of memory.
    void make_short() {
        kernel.loaded = true;
        kernel.classes.push_back({.id = 7, .path = "/bulk"});
        kernel.pressure.state = KMEMCGD_PRESSURE_RECLAIMING;
        files.zones(16300, 100000);
    }
    [[nodiscard]] std::uint32_t node_free() const {
        return kernel.config.at(KMEMCGD_A_CONFIG_NODE_FREE_MB);
    }

    ReliefHostFiles files;
    FakeKernel kernel;
    FakeCompactor compactor;
    ReliefGoal goal{.order = 2, .blocks = 64, .node = std::nullopt};
    ReliefLimits limits;
    int connects = 0;
};

} // namespace kmemcgd
