// SPDX-License-Identifier: GPL-2.0-only
// /proc/vmstat: what tasks had to reclaim themselves, because the host was short.
#pragma once

#include "client/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace kmemcgd {

struct DirectReclaim {
    std::uint64_t events = 0;                   // allocations that waited for it
    std::optional<std::uint64_t> scanned_pages; // empty: the kernel does not say
};

// events: the allocstall counters of all zones, or the single one of before 4.10.
Result<DirectReclaim> parse_direct_reclaim(std::string_view vmstat);

// `root` is what stands for "/".
Result<DirectReclaim> read_direct_reclaim(const std::filesystem::path& root);

} // namespace kmemcgd
