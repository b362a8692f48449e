// SPDX-License-Identifier: GPL-2.0-only
// Reliefs of the host that the daemon runs on.
#pragma once

#include "commands/command.hpp"

namespace kmemcgd {

// The context must outlive it and all that it opens.
OpenRelief host_relief(const Context& context);

} // namespace kmemcgd
