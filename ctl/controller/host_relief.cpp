// SPDX-License-Identifier: GPL-2.0-only
#include "controller/host_relief.hpp"

#include "frag/relief.hpp"

namespace kmemcgd {

OpenRelief host_relief(const Context& context) {
    const auto& root = context.world->host_root;
    const std::shared_ptr<Compactor> compactor = context.world->open_compactor(root);
    return [&context, &root, compactor](const ReliefGoal& goal, const ReliefLimits& limits,
                                        TimePoint now) {
        return Relief::open(goal, limits,
                            {.root = root,
                             .connect = [&context] { return context.connect(); },
                             .compactor = compactor.get()},
                            now);
    };
}

} // namespace kmemcgd
