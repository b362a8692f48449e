// SPDX-License-Identifier: GPL-2.0-only
// What an allocation failure means, and what to do. Pure.
#pragma once

#include "frag/failure_log.hpp"
#include "frag/fragmentation.hpp"

namespace kmemcgd {

enum class VersionFrom { log, option, host, nowhere };

struct SeenZone {
    std::uint32_t node = 0;
    std::string zone;
    std::uint64_t free_bytes = 0;
    std::optional<std::uint64_t> largest_bytes; // of its free blocks; nothing: none is free
    bool could_serve = false;                   // by the flags
    std::optional<OrderView> view;              // of the order; nothing: beyond its largest
};

struct Explanation {
    AllocationFailure failure;
    std::uint64_t pages = 0;
    std::uint64_t bytes = 0;
    std::optional<KernelVersion> version;
    VersionFrom version_from = VersionFrom::nowhere;
    std::optional<GfpFlags> flags; // nothing: that kernel is too old, or not known
    std::optional<bool> could_wait;
    std::vector<std::string> zones; // that could serve it, the first one first
    std::vector<SeenZone> seen;
    // Of the zones that could serve it; nothing: the log does not say.
    std::optional<Verdict> cause;
    std::vector<std::string> likely; // who asks for such blocks
    std::vector<std::string> advice;
};

struct VersionHints {
    std::optional<KernelVersion> option; // goes before the log's
    std::optional<KernelVersion> host;   // is the last resort
};

Explanation explain(AllocationFailure failure, const VersionHints& hints);

} // namespace kmemcgd
