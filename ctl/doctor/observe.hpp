// SPDX-License-Identifier: GPL-2.0-only
// Looks at the host. Whatever can't be looked at is noted, and no error.
#pragma once

#include "commands/command.hpp"
#include "doctor/findings.hpp"

namespace kmemcgd {

struct ObserveOptions {
    std::uint64_t interval_ns = 0; // count hits of limits in it; 0: since they were made
    std::uint64_t min_age_ns = 0;  // of a directory that is left over
};

// Takes the interval, and the cost of a walk; see cgroup_walk.hpp.
Observation observe(const Context& context, const ObserveOptions& options);

} // namespace kmemcgd
