// SPDX-License-Identifier: GPL-2.0-only
// Which blocks "frag relieve" and "frag watch" are about.
#pragma once

#include "commands/options.hpp"
#include "frag/goal.hpp"

namespace kmemcgd {

struct GoalOptions {
    std::optional<std::uint32_t> order;
    std::optional<std::uint64_t> blocks;
    std::optional<std::uint32_t> node;

    // What to call the number of blocks, and what it is for.
    void declare(Options& options, const std::string& blocks_name, const std::string& blocks_help);
    // Whether this host has such blocks is for check_goal().
    [[nodiscard]] Result<ReliefGoal> goal() const;
};

} // namespace kmemcgd
