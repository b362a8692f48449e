// SPDX-License-Identifier: GPL-2.0-only
#include "commands/goal_options.hpp"

namespace kmemcgd {

void GoalOptions::declare(Options& options, const std::string& blocks_name,
                          const std::string& blocks_help) {
    options.number("--order", order, "blocks of 2^N pages; has to be given");
    options.number(blocks_name, blocks, blocks_help);
    options.number("--node", node, "only that NUMA node's (all of them together)");
}

Result<ReliefGoal> GoalOptions::goal() const {
    if (!order)
        return usage_error("--order is missing: blocks of 2^N pages",
                           "--order 4 is 64 KiB, --order 9 is 2 MiB, with pages of 4 KiB");
    ReliefGoal goal{.order = *order, .node = node};
    goal.blocks = blocks.value_or(goal.blocks);
    return goal;
}

} // namespace kmemcgd
