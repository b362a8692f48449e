// SPDX-License-Identifier: GPL-2.0-only
// What the system takes instead of a point in time.
#pragma once

#include "client/transport.hpp"

#include <time.h>

namespace kmemcgd {

// None once the deadline has passed.
timespec time_left(TimePoint deadline, TimePoint now = std::chrono::steady_clock::now());

} // namespace kmemcgd
