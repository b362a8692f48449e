// SPDX-License-Identifier: GPL-2.0-only
// The memory cgroups that there are, as cgroupfs tells.
#pragma once

#include "client/result.hpp"
#include "policy/rule.hpp"

#include <filesystem>

namespace kmemcgd {

struct HostCgroups {
    std::uint32_t cgroup_version = 2;
    std::vector<Candidate> cgroups; // parents first; without the root, which has no limit
};

// Of a cgroup's directory; empty: it has none, or has gone.
std::optional<std::uint64_t> read_limit(const std::filesystem::path& directory,
                                        std::uint32_t cgroup_version);

// Reads each directory once, and a limit of each. Those that go meanwhile are left out.
// root: where the hierarchy with the memory controller is mounted.
Result<HostCgroups> scan_host(const std::filesystem::path& root);

} // namespace kmemcgd
