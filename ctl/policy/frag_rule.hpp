// SPDX-License-Identifier: GPL-2.0-only
// [fragmentation] of a policy file: which blocks the daemon watches, and what it may do
// when there are too few.
#pragma once

#include "frag/goal.hpp"

namespace kmemcgd {

struct FragRule {
    ReliefGoal goal;
    std::optional<double> psi_percent;  // nothing: as "frag relieve" has it
    std::optional<double> load_per_cpu; // likewise
    bool relieve = false;               // or only watch, and warn
    bool operator==(const FragRule&) const = default;
};

} // namespace kmemcgd
