// SPDX-License-Identifier: GPL-2.0-only
// Waiting for a time, on an open socket that nothing comes through: that ends with ^C
// and takes no time in tests.
#pragma once

#include "commands/command.hpp"

namespace kmemcgd {

// True: the time has come; false: interrupted.
Result<bool> wait_until(const Context& context, Transport& quiet, TimePoint when);

// On a socket of its own. An error: it could not wait that long.
Status wait_until(const Context& context, TimePoint when);

} // namespace kmemcgd
