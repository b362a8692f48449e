// SPDX-License-Identifier: GPL-2.0-only
// The multicast groups of the module, on a socket of their own: an overflow there must
// not touch the answers to our questions. Open it before asking for something
// whose events you want to see.
#pragma once

#include "client/client.hpp"

#include <deque>

namespace kmemcgd {

enum class EventGroups {
    passes,     // "events"
    watermarks, // only the privileged may join
    all,        // "events", and "watermarks" if that can be had
};

class EventStream {
public:
    struct Next {
        Arrival arrival = Arrival::timed_out;
        std::optional<Event> event; // with Arrival::datagram only
    };

    static Result<EventStream> open(std::unique_ptr<Transport> transport, const Family& family,
                                    EventGroups groups);

    Result<Next> next(std::optional<TimePoint> deadline);

private:
    EventStream(std::unique_ptr<Transport> transport, std::uint16_t family_id)
        : transport_(std::move(transport)), family_id_(family_id) {}

    Status take(Bytes datagram);
    Status take_controller_message(const Message& message);

    std::unique_ptr<Transport> transport_;
    std::uint16_t family_id_;
    std::deque<Event> queue_;
};

} // namespace kmemcgd
