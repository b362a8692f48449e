// SPDX-License-Identifier: GPL-2.0-only
// What one look at the host found: numbers as they were read. The model makes rates of
// two of them. Empty is what is not known, or not there.
#pragma once

#include "client/transport.hpp"
#include "client/types.hpp"
#include "doctor/module_facts.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace kmemcgd {

struct MemcgSample {
    std::string path;
    std::uint64_t id = 0;
    std::optional<std::uint64_t> usage_bytes;
    // The lower of memory.max and memory.high, its own; v1: memory.limit_in_bytes.
    std::optional<std::uint64_t> limit_bytes;
    std::optional<double> pressure; // percent of the last 10 s that somebody waited; v2
};

struct HostSample {
    std::optional<std::uint64_t> memory_bytes;
    std::optional<std::uint64_t> available_bytes;
    std::optional<double> pressure;
    std::optional<std::uint64_t> zombies; // the module's count, else the kernel's
};

struct ModuleSample {
    ModuleFacts::State state = ModuleFacts::State::not_loaded;
    std::string error; // why it is not "loaded"
    std::string version;
    std::optional<Stats> stats;
    // By id. These name cgroups: empty without CAP_NET_ADMIN.
    std::optional<std::unordered_map<std::uint64_t, Watch>> watches;
};

struct Sample {
    TimePoint at;
    WallTime when;
    unsigned cgroup_version = 2;
    HostSample host;
    ModuleSample module;
    std::vector<MemcgSample> memcgs;
    std::vector<NotSeen> not_seen;
};

} // namespace kmemcgd
