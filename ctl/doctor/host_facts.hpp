// SPDX-License-Identifier: GPL-2.0-only
// What /proc and /sys say of the host.
#pragma once

#include "client/result.hpp"
#include "host/kernel_version.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

// What could not be looked at, and why: the reader must not take it for healthy.
struct NotSeen {
    std::string what;
    std::string why;
};

// Empty: not known; HostFacts::not_seen says why.
struct HostFacts {
    std::string kernel_release;
    std::optional<std::uint64_t> memory_bytes;
    std::optional<std::uint64_t> percpu_bytes;
    // Memory cgroups, dying ones too, as /proc/cgroups counts them.
    std::optional<std::uint64_t> counted_memcgs;
    std::optional<std::uint64_t> cpus; // possible ones: they all have per-CPU memory
    std::string lockdown;              // "none", "integrity", "confidentiality"
    std::optional<bool> signatures_enforced;
    std::optional<bool> secure_boot;
    bool vendor_reaper = false; // Alibaba's /sys/kernel/mm/memcg_reaper
    std::vector<NotSeen> not_seen;
};

// `root` is what stands for "/". What can't be read is in not_seen.
HostFacts read_host_facts(const std::filesystem::path& root);

// What the files say, for their readers and for tests.
std::string parse_lockdown(std::string_view text); // the one in [ ]
// The number of memory cgroups in the text of /proc/cgroups.
std::optional<std::uint64_t> parse_memory_cgroups(const std::string& text);

} // namespace kmemcgd
