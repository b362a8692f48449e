// SPDX-License-Identifier: GPL-2.0-only
// What every command that waits for events begins with.
#pragma once

#include "client/events.hpp"
#include "client/mnl_transport.hpp"
#include "commands/command.hpp"

namespace kmemcgd {

struct Listening {
    // First, so that it goes last: ^C is held as long as there are events.
    std::unique_ptr<InterruptGuard> guard;
    std::optional<TimePoint> deadline;
    Client client;
    EventStream events;

    [[nodiscard]] bool over(TimePoint now) const { return deadline && now >= *deadline; }
};

// `timeout` is what was typed, such as "30s"; an empty text is none.
Result<Listening> listen(const Context& context, const std::string& timeout, EventGroups groups);

// "--timeout 30s" as a deadline; an empty text is none. Bare numbers: seconds.
Result<std::optional<TimePoint>> deadline_after(const Context& context, const std::string& text);

Error module_unloaded(std::string_view when = {});

} // namespace kmemcgd
