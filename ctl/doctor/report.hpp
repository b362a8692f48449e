// SPDX-License-Identifier: GPL-2.0-only
// What was found, for people and for programs; docs/kmemcgctl.md describes both.
#pragma once

#include "commands/command.hpp"
#include "doctor/findings.hpp"

namespace kmemcgd {

// All that could not be looked at, the host's and the module's.
std::vector<NotSeen> all_not_seen(const Observation& seen);

void print_report(const Context& context, const Observation& seen, const Diagnoses& found);

} // namespace kmemcgd
