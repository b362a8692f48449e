// SPDX-License-Identifier: GPL-2.0-only
// All memory cgroups but the root, which is the host, with what changes all the time.
//
// Cost: four files of each are read on v2, two on v1, and a directory is listed only
// if there are others in it. Nothing is held between two scans. A cgroup that vanishes
// meanwhile is left out; symbolic links are not followed.
#pragma once

#include "doctor/cgroup_walk.hpp"
#include "top/sample.hpp"

#include <filesystem>

namespace kmemcgd {

struct MemcgScan {
    std::vector<MemcgSample> memcgs; // in no order that means anything
    std::uint64_t unreadable = 0;    // directories that somebody else may list
    bool truncated = false;          // there were more than the bound
};

MemcgScan scan_memcgs(const std::filesystem::path& root, unsigned version,
                      std::size_t bound = most_cgroups);

// "some avg10" of a file of pressure stall information.
std::optional<double> parse_pressure(std::string_view text);

} // namespace kmemcgd
