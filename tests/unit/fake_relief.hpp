// SPDX-License-Identifier: GPL-2.0-only
// Reliefs that take as many steps as a test says, and then report what it says.
#pragma once

#include "frag/open_relief.hpp"
#include "frag/relief.hpp"

namespace kmemcgd {

struct FakeReliefs {
    int steps = 1; // until it is over
    bool finish = false;
    ReliefReport outcome;
    std::optional<Error> refusal; // to begin
    std::optional<Error> broken;  // at the first step

    int opened = 0; // or asked for
    int alive = 0;
    int stopped = 0;
    ReliefLimits limits;

    OpenRelief opener();
};

class FakeRelief final : public Relief {
public:
    FakeRelief(FakeReliefs& world, const ReliefGoal& goal)
        : world_(&world), left_(world.steps), report_(world.outcome) {
        report_.goal = goal;
        ++world_->alive;
    }
    ~FakeRelief() override { --world_->alive; }

    Result<std::optional<TimePoint>> step(TimePoint now) override {
        if (world_->broken)
            return *world_->broken;
        if (--left_ <= 0 || world_->finish || report_.end == ReliefEnd::stopped)
            return std::optional<TimePoint>{};
        return std::optional(now + std::chrono::milliseconds(500));
    }
    void stop(TimePoint /*now*/) override {
        ++world_->stopped;
        report_.end = ReliefEnd::stopped;
    }
    [[nodiscard]] ReliefReport report() const override { return report_; }

private:
    FakeReliefs* world_;
    int left_;
    ReliefReport report_;
};

inline OpenRelief FakeReliefs::opener() {
    return [this](const ReliefGoal& goal, const ReliefLimits& with,
                  TimePoint /*now*/) -> Result<std::unique_ptr<Relief>> {
        ++opened;
        limits = with;
        if (refusal)
            return *refusal;
        return std::unique_ptr<Relief>(std::make_unique<FakeRelief>(*this, goal));
    };
}

} // namespace kmemcgd
