// SPDX-License-Identifier: GPL-2.0-only
// A relief in a thread of its own, at the lowest priority: what it costs is to be noticed as
// little as what it does, and the daemon itself stays where its watchdog needs it.
#pragma once

#include "client/transport.hpp"
#include "frag/relief.hpp"
#include "frag/short_slices.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace kmemcgd {

class ReliefThread final : public Relief {
public:
    // Of a relief that was opened just now. The clock must be one that goes on by itself, and
    // outlive this.
    ReliefThread(std::unique_ptr<Relief> relief, const Clock& clock);
    ~ReliefThread() override;

    // Only looks how far it is: a step that takes long at that priority is not waited for.
    Result<std::optional<TimePoint>> step(TimePoint now) override;
    // Waits for the step that is under way.
    void stop(TimePoint now) override;
    // As it was after the last step.
    [[nodiscard]] ReliefReport report() const override;

private:
    void run();
    Result<std::optional<TimePoint>> short_step();
    void tell(std::optional<Status> end); // nothing: as before

    const Clock* clock_;
    ShortSlices short_slices_;
    std::mutex working_; // a step; it guards what follows
    std::unique_ptr<Relief> relief_;
    bool stopped_ = false; // just now: its next step may be earlier
    bool leave_ = false;   // this goes
    std::condition_variable changed_;
    mutable std::mutex telling_; // never held for long; it guards what follows
    ReliefReport report_;
    std::optional<Status> end_; // how it ended; nothing: it goes on
    std::thread thread_;
};

} // namespace kmemcgd
