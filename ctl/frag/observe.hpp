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

// Who says how fragmented it is: the kernel, where debugfs can be read, or the free blocks.
enum class IndexFrom { computed, debugfs };
std::string_view source_name(IndexFrom from);

struct FragView {
    std::vector<ZoneView> zones;
    FragCounters counters; // since boot
    // The same for all zones. Verdicts are by the free blocks in any case.
    IndexFrom index_from = IndexFrom::computed;
    IndexFrom unusable_from = IndexFrom::computed;
};

// `root` is what stands for "/".
Result<FragView> observe_fragmentation(const std::filesystem::path& root);
Result<FragCounters> read_frag_counters(const std::filesystem::path& root);

} // namespace kmemcgd
