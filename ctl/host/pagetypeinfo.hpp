// SPDX-License-Identifier: GPL-2.0-only
// /proc/pagetypeinfo: free blocks and pageblocks by migrate type. For root only, and the
// kernel holds a zone's lock while it counts: not to be read often.
#pragma once

#include "client/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

struct TypeBlocks {
    std::uint32_t node = 0;
    std::string zone;
    std::string type;                        // "Unmovable", "Movable", "Reclaimable", "CMA"
    std::vector<std::uint64_t> free_blocks;  // by order
    bool at_least = false;                   // the kernel stopped counting: ">100000"
    std::optional<std::uint64_t> pageblocks; // of the zone's; nothing: it does not say
};

struct PageTypes {
    std::uint64_t pages_per_block = 0; // of a pageblock; 0: it does not say
    std::vector<TypeBlocks> types;     // as the kernel orders them
};

// Sections that are not known are passed over; a line of an unknown shape in one that is
// known is an error that names it.
Result<PageTypes> parse_pagetypeinfo(std::string_view text);

// `root` is what stands for "/".
Result<PageTypes> read_pagetypeinfo(const std::filesystem::path& root);

} // namespace kmemcgd
