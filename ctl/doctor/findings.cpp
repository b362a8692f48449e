// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/findings.hpp"

#include <algorithm>

namespace kmemcgd {

Diagnoses examine(const Observation& seen) {
    Diagnoses found;
    find_module(seen, found);
    find_zombies(seen, found);
    find_leftovers(seen, found);
    find_capacity(seen, found);
    find_limits(seen, found);
    find_kernel(seen, found);
    std::stable_sort(found.begin(), found.end(), [](const Diagnosis& a, const Diagnosis& b) {
        return a.finding.severity > b.finding.severity;
    });
    return found;
}

} // namespace kmemcgd
