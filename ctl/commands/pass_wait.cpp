// SPDX-License-Identifier: GPL-2.0-only
#include "commands/pass_wait.hpp"

#include <algorithm>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

// With events intact the counters are only looked at for the progress line, or
// as a safety net; without them they are all there is.
constexpr auto look_often = 1s;
constexpr auto look_seldom = 10s;

// A later pass has ended: then this one has, too, and its own end was missed.
const Pass* ended(const std::optional<Pass>& last, std::uint64_t pass_id) {
    return last && last->id >= pass_id ? &*last : nullptr;
}

} // namespace

Result<PassWait> wait_for_pass(const Context& context, Client& client, EventStream& events,
                               std::uint64_t pass_id, std::optional<TimePoint> deadline,
                               const std::function<void(const Stats&)>& progress) {
    PassWait wait;
    auto looked = context.now();
    for (;;) {
        // Counted from the last look, not from the last event: a stream of
        // events must not put it off for ever.
        const auto look_at = looked + (wait.events_lost || progress ? look_often : look_seldom);
        const auto next = events.next(deadline ? std::min(*deadline, look_at) : look_at);
        if (!next)
            return next.error();
        if (next->arrival == Arrival::interrupted) {
            wait.end = PassWait::End::interrupted;
            return wait;
        }
        if (next->arrival == Arrival::datagram) {
            if (const auto* end = std::get_if<PassEnd>(&*next->event)) {
                if (end->pass.id < pass_id)
                    continue;
                wait.pass = end->pass;
                return wait;
            }
            if (std::holds_alternative<Unloaded>(*next->event)) {
                wait.end = PassWait::End::unloaded;
                return wait;
            }
        }
        if (next->arrival == Arrival::lost)
            wait.events_lost = true;
        if (next->arrival == Arrival::datagram && context.now() < look_at &&
            (!deadline || context.now() < *deadline))
            continue;

        looked = context.now();
        const auto stats = client.stats();
        if (!stats)
            return stats.error();
        if (const auto* pass = ended(stats->last_pass, pass_id)) {
            wait.pass = *pass;
            return wait;
        }
        if (progress)
            progress(*stats);
        if (deadline && context.now() >= *deadline) {
            wait.end = PassWait::End::timed_out;
            return wait;
        }
    }
}

} // namespace kmemcgd
