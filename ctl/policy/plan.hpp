// SPDX-License-Identifier: GPL-2.0-only
// What has to change so that the module does what the policy file says. Pure.
//
// A watermark that nobody wants any more is deleted only if it was set from here:
// `applied` has the ids of those. What somebody set by hand stays, unless a rule is
// for that cgroup.
#pragma once

#include "policy/host.hpp"
#include "policy/policy_file.hpp"

#include <set>

namespace kmemcgd {

using Ids = std::set<std::uint64_t>;

struct Step {
    enum class Kind { keep, set, remove };
    Kind kind = Kind::keep;
    std::uint64_t id = 0;
    std::string path;
    const Rule* rule = nullptr;            // of the file's; null: remove
    std::optional<WatermarkPolicy> before; // what the module has now
};

struct Plan {
    std::vector<ConfigChange> tunables; // those that differ
    std::vector<Step> steps;            // of all cgroups that a rule is for, or was
    std::vector<const Rule*> unused;    // rules that no cgroup falls under

    [[nodiscard]] bool empty() const; // nothing would change
};

// The file must outlive the plan.
Plan make_plan(const PolicyFile& file, const HostCgroups& host, const Config& config,
               std::span<const WatermarkPolicy> policies, const Ids& applied);

} // namespace kmemcgd
