// SPDX-License-Identifier: GPL-2.0-only
// What has to change so that the module does what the policy file says. Pure.
//
// A watermark or a class that nobody wants any more is deleted only if it was set from
// here: `applied` has the ids of those. What somebody set by hand stays, unless a rule
// for that cgroup says something about it.
#pragma once

#include "policy/applied.hpp"
#include "policy/host.hpp"
#include "policy/policy_file.hpp"

#include <variant>

namespace kmemcgd {

using Setting = std::variant<WatermarkPolicy, Qos>;

// One setting of one cgroup.
struct Step {
    enum class Kind { keep, set, remove };
    Kind kind = Kind::keep;
    What what = What::watermark;
    std::uint64_t id = 0;
    std::string path;
    const Rule* rule = nullptr;    // of the file's; null: none is for it any more
    std::optional<Setting> before; // what the module has now
    std::optional<Setting> after;  // what it is to have
};

// What the module has.
struct Present {
    Config config;
    std::vector<WatermarkPolicy> policies;
    std::vector<Qos> classes;
};

struct Plan {
    std::vector<ConfigChange> tunables; // those that differ
    std::vector<Step> steps;            // of all cgroups that a rule is for, or was
    std::vector<const Rule*> unused;    // rules that no cgroup falls under

    [[nodiscard]] bool empty() const; // nothing would change
};

// The file must outlive the plan.
Plan make_plan(const PolicyFile& file, const HostCgroups& host, const Present& present,
               const Applied& applied);

} // namespace kmemcgd
