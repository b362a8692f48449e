// SPDX-License-Identifier: GPL-2.0-only
// What an allocation failure means, and what to do. Pure.
#pragma once

#include "frag/zone_verdict.hpp"

namespace kmemcgd {

enum class VersionFrom { option, log, host, mask, nowhere };

struct Explanation {
    AllocationFailure failure;
    std::uint64_t pages = 0;
    std::uint64_t bytes = 0;
    bool page_size_told = false; // by the log; else pages are taken to be of 4 KiB
    std::optional<KernelVersion> version;
    VersionFrom version_from = VersionFrom::nowhere;
    std::optional<GfpFlags> flags; // nothing: that kernel is too old
    std::optional<bool> could_wait;
    // Whether the kernel compacts for such a caller; nothing: not known.
    std::optional<bool> could_compact;
    std::vector<std::string> zones; // that could serve it, the first one first
    std::vector<SeenZone> seen;
    // Of the zones that could serve it; nothing: the log does not say.
    std::optional<Verdict> cause;
    std::vector<std::string> likely = {}; // who asks for such blocks
    std::vector<std::string> advice = {};
};

struct VersionHints {
    std::optional<KernelVersion> option; // goes before the log's
    // Counts where the log does not say, and where it could have written it: kernels from
    // 4.6 on print the names of the flags, older ones don't.
    std::optional<KernelVersion> host;
};

Explanation explain(AllocationFailure failure, const VersionHints& hints);

} // namespace kmemcgd
