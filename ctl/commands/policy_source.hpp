// SPDX-License-Identifier: GPL-2.0-only
// Which policy applies to a memcg, where it comes from, and what that means
// for it in words. Pure: values in, words out.
#pragma once

#include "client/types.hpp"

#include <string>
#include <vector>

namespace kmemcgd {

struct Watched {
    std::uint64_t id = 0;
    std::string path;
    std::optional<Watch> watch; // empty: no policy applies that does something
};

using Policies = std::vector<WatermarkPolicy>;

const WatermarkPolicy* default_policy(const Policies& policies);

// Null when there is none, or when it was deleted since.
const WatermarkPolicy* policy_of(const Policies& policies, const Watched& memcg);

// "own", "inherited", "default" or "none".
std::string source_name(const Watched& memcg, const WatermarkPolicy* policy);
// The same, with the ancestor's path for "inherited".
std::string source_text(const Watched& memcg, const WatermarkPolicy* policy);

// What somebody should know about it; empty when all is as it should be.
std::string watch_note(const Watched& memcg, const WatermarkPolicy* policy,
                       std::uint32_t cgroup_version);

} // namespace kmemcgd
