// SPDX-License-Identifier: GPL-2.0-only
// How the daemon gets at a relief. Unit tests bring their own.
#pragma once

#include "client/transport.hpp"

#include <functional>
#include <memory>

namespace kmemcgd {

class Relief;
struct ReliefGoal;
struct ReliefLimits;

using OpenRelief = std::function<Result<std::unique_ptr<Relief>>(
    const ReliefGoal& goal, const ReliefLimits& limits, TimePoint now)>;

} // namespace kmemcgd
