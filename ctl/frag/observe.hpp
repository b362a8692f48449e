// SPDX-License-Identifier: GPL-2.0-only
// How fragmented a host's memory is now.
#pragma once

#include "client/transport.hpp"
#include "frag/fragmentation.hpp"
#include "host/compaction.hpp"
#include "host/direct_reclaim.hpp"

#include <filesystem>

namespace kmemcgd {

struct ZoneView {
    std::uint32_t node = 0;
    std::string zone;
    std::uint64_t free_pages = 0;
    std::vector<OrderView> orders;
};

struct FragCounters {
    std::uint64_t direct_reclaims = 0;
    std::optional<Compaction> compaction;
};

struct FragView {
    std::vector<ZoneView> zones;
    FragCounters counters; // since boot
};

// `root` is what stands for "/".
Result<FragView> observe_fragmentation(const std::filesystem::path& root);
Result<FragCounters> read_frag_counters(const std::filesystem::path& root);

} // namespace kmemcgd
