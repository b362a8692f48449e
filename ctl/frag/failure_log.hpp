// SPDX-License-Identifier: GPL-2.0-only
// "page allocation failure" in a kernel's log, and what of the lines behind it belongs to it.
// Pure; any text may come in.
#pragma once

#include "frag/gfp.hpp"
#include "frag/node_set.hpp"
#include "frag/zone_log.hpp"

#include <string>

namespace kmemcgd {

struct AllocationFailure {
    std::string task; // "" where the line with its name is missing
    std::uint32_t order = 0;
    std::uint32_t mask = 0;
    std::string flags; // the kernel's own names, "" where it printed none
    // Nodes that the caller, and its cpuset, left to choose from; nothing: all, or not told.
    std::optional<NodeSet> nodemask = {};
    std::optional<NodeSet> mems_allowed = {};
    // Of a "CPU: ... Comm:" line behind it, or of the boot that it is in.
    std::optional<KernelVersion> version = {};
    bool netns_cache = false; // the trace behind it has the making of nf_conntrack's cache
    std::vector<LoggedZone> zones = {};
    std::uint64_t line = 0; // where in the log, from 1
};

// Orders that any kernel has: one beyond is a line that was cut or made up.
constexpr std::uint32_t highest_order = 32;

// All of them, in the order of the log; lines in between that are not understood are
// passed over. At most `most`.
std::vector<AllocationFailure> find_failures(std::string_view log, std::size_t most);

} // namespace kmemcgd
