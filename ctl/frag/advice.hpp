// SPDX-License-Identifier: GPL-2.0-only
// Who asks for such blocks, and what helps. Pure.
#pragma once

#include "frag/explain.hpp"

namespace kmemcgd {

std::vector<std::string> likely_callers(const Explanation& told);

std::vector<std::string> advise(const Explanation& told);

} // namespace kmemcgd
