// SPDX-License-Identifier: GPL-2.0-only
// Reliefs of the host that the daemon runs on.
#pragma once

#include "commands/command.hpp"

namespace kmemcgd {

// The context must outlive it, and it all that it opens. Threads that keep their priority
// when the daemon gives up its own are made here, all of them.
OpenRelief host_relief(const Context& context);

} // namespace kmemcgd
