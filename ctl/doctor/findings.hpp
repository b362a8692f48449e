// SPDX-License-Identifier: GPL-2.0-only
// What is wrong on a host. Pure: what was seen in, findings out; each function
// looks for one kind of trouble, and is in the file find_NAME.cpp.
#pragma once

#include "commands/diagnose.hpp"
#include "doctor/cgroup_walk.hpp"
#include "doctor/module_facts.hpp"
#include "doctor/path_groups.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kmemcgd {

struct Diagnosis {
    Finding finding;
    std::vector<std::pair<std::string, std::uint64_t>> numbers; // by stable names, with units
    std::vector<PathGroup> groups;                              // the largest first
};

struct Observation {
    HostFacts host;
    ModuleFacts module;
    CgroupTree tree;
    bool tree_seen = false; // there is a hierarchy, and it could be read
    // Growth of limit_hits within the interval, one for each cgroup of the tree;
    // empty without --interval: then limit_hits counts.
    std::vector<std::uint64_t> hits_in_interval;
    std::uint64_t interval_ns = 0;
    WallTime now;
    std::uint64_t min_age_ns = 0;  // of a directory that is left over
    std::vector<NotSeen> not_seen; // beside what the host's and the module's facts lack
};

constexpr std::size_t most_groups = 20;

// Zombies that are there, the largest of the counts that are to be had: the
// module's, nr_dying_descendants on v2, /proc/cgroups less the directories on v1.
// Nothing when there is none of them.
std::optional<std::uint64_t> count_zombies(const Observation& seen);

using Diagnoses = std::vector<Diagnosis>;
void find_zombies(const Observation& seen, Diagnoses& found);
void find_leftovers(const Observation& seen, Diagnoses& found);
void find_capacity(const Observation& seen, Diagnoses& found); // ids, per-CPU memory
void find_limits(const Observation& seen, Diagnoses& found);
void find_module(const Observation& seen, Diagnoses& found); // and what keeps it out
void find_kernel(const Observation& seen, Diagnoses& found); // vendors', and 7.1 and later

// All of them, the most severe first.
Diagnoses examine(const Observation& seen);

} // namespace kmemcgd
