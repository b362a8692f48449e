// SPDX-License-Identifier: GPL-2.0-only
// Waiting for the end of a pass. Events tell it; where some were lost, the
// counters do.
#pragma once

#include "client/events.hpp"
#include "commands/command.hpp"

#include <functional>

namespace kmemcgd {

struct PassWait {
    enum class End { finished, timed_out, interrupted, unloaded };

    End end = End::finished;
    std::optional<Pass> pass; // when it finished
    bool events_lost = false;
};

// `events` must have been opened before the pass was asked for. `progress` is
// called now and then, with what is known.
Result<PassWait> wait_for_pass(const Context& context, Client& client, EventStream& events,
                               std::uint64_t pass_id, std::optional<TimePoint> deadline,
                               const std::function<void(const Stats&)>& progress);

} // namespace kmemcgd
