// SPDX-License-Identifier: GPL-2.0-only
// Events as they come, a line each.
#pragma once

#include "commands/listen.hpp"

#include <functional>

namespace kmemcgd {

// UTC, RFC 3339, milliseconds: sorts as text and needs no zone to be read.
std::string timestamp(WallTime when);

using EventFilter = std::function<bool(const Event&)>;

// Until `count` were printed, the deadline has passed, or ^C; an empty filter
// wants them all.
Outcome print_events(const Context& context, Listening& listening,
                     std::optional<std::uint64_t> count, const EventFilter& wanted);

} // namespace kmemcgd
