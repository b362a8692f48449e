// SPDX-License-Identifier: GPL-2.0-only
// What a policy file says about cgroups, and which of its rules is meant for one.
// Pure: values in, values out.
#pragma once

#include "client/types.hpp"

#include <span>
#include <string>
#include <vector>

namespace kmemcgd {

// What a rule may set on a cgroup: each by itself, the other one is left as it is.
enum class What { watermark, qos };

struct Rule {
    std::string name;
    std::string origin; // "policy.toml:12", or the preset's name
    std::vector<std::string> globs;
    std::optional<std::uint32_t> cgroup_version; // empty: either
    std::optional<std::uint64_t> limit_min_bytes;
    std::optional<std::uint64_t> limit_max_bytes;
    bool opt_out = false;                     // left alone: no class, and a watermark that is off
    std::optional<WatermarkChange> watermark; // every member is set
    std::optional<QosChange> qos;             // likewise
};

struct Candidate {
    std::uint64_t id = 0;
    std::string path;
    std::optional<std::uint64_t> limit_bytes; // empty: none
};

// Why a rule is not for a cgroup, in words; empty when it is.
std::string misfit(const Rule& rule, const Candidate& cgroup, std::uint32_t cgroup_version);

// The first that fits; null when none does.
const Rule* rule_for(std::span<const Rule> rules, const Candidate& cgroup,
                     std::uint32_t cgroup_version);

// A change with every member set: what is not given is as if never set.
WatermarkChange complete(const WatermarkChange& change);
QosChange complete(const QosChange& change);
WatermarkChange watermark_off();
WatermarkPolicy as_policy(const Candidate& cgroup, const WatermarkChange& complete_change);
Qos as_qos(const Candidate& cgroup, const QosChange& complete_change);
bool same(const WatermarkPolicy& policy, const WatermarkChange& complete_change);
bool same(const Qos& qos, const QosChange& complete_change);

} // namespace kmemcgd
