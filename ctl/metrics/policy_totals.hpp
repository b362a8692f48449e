// SPDX-License-Identifier: GPL-2.0-only
// What watermarks did, by policy, in totals that never go down.
//
// The module counts per cgroup, and its counts go with the cgroup; a sum over those
// that are there would drop. So the growth of each since the last look is added up here.
// What is kept is a few numbers for each cgroup that was there at the last look.
#pragma once

#include "client/types.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace kmemcgd {

struct WatermarkCounts {
    std::uint64_t triggered = 0;
    std::uint64_t not_converged = 0;
};

class PolicyTotals {
public:
    // The policies that there are, each with a total from now on. Those of others go.
    void keep(const std::set<std::string>& policies);

    // complete: a cgroup that is not among them is gone.
    // name_of: the policy of a watch, one of those kept.
    void take(const std::vector<Watch>& watches, bool complete,
              const std::function<const std::string&(const Watch&)>& name_of);

    [[nodiscard]] const std::map<std::string, WatermarkCounts>& by_policy() const {
        return totals_;
    }
    [[nodiscard]] std::size_t cgroups() const { return seen_.size(); }

private:
    std::map<std::string, WatermarkCounts> totals_;
    std::map<std::uint64_t, WatermarkCounts> seen_; // by cgroup id
};

} // namespace kmemcgd
