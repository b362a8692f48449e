// SPDX-License-Identifier: GPL-2.0-only
// Node pressure in one line, and what is wrong about it.
#pragma once

#include "commands/diagnose.hpp"

namespace kmemcgd {

std::string summary_line(const Pressure& pressure);
void diagnose(const Pressure& pressure, std::vector<Finding>& findings);

} // namespace kmemcgd
