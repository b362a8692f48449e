// SPDX-License-Identifier: GPL-2.0-only
// What the daemon waits for, from a list.
#pragma once

#include "fake_kernel.hpp"

namespace kmemcgd {

// Each wait is one entry: what happens in the world meanwhile, and what wakes up. After
// the last it is stopped.
struct Script {
    std::vector<std::function<Woken()>> waits;
    std::vector<std::chrono::nanoseconds> waited; // until the deadline, each
    std::vector<std::filesystem::path> watched;
    std::size_t unwatchable = 0;
};

class FakeWaiter final : public Waiter {
public:
    FakeWaiter(Script& script, FakeClock& clock) : script_(&script), clock_(&clock) {}

    std::size_t watch(const std::vector<std::filesystem::path>& cgroups) override {
        script_->watched = cgroups;
        return script_->unwatchable;
    }
    Result<Woken> wait(TimePoint deadline) override {
        script_->waited.push_back(deadline - clock_->now());
        if (next_ == script_->waits.size())
            return Woken{.stop = true};
        const auto woken = script_->waits[next_++]();
        // Nothing happened: the time goes by.
        if (!woken.policy_file && !woken.cgroups && !woken.reload && !woken.stop)
            clock_->time = std::max(clock_->time, deadline);
        return woken;
    }

private:
    Script* script_;
    FakeClock* clock_;
    std::size_t next_ = 0;
};

} // namespace kmemcgd
