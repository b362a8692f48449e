// SPDX-License-Identifier: GPL-2.0-only
// debugfs, extfrag/: the kernel's own indices of fragmentation. For root only, and only
// where debugfs is mounted.
#pragma once

#include "client/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

struct ZoneIndices {
    std::uint32_t node = 0;
    std::string zone;
    // By order. Nothing: -1, which is that a block is large enough.
    std::vector<std::optional<std::uint32_t>> permille;
};

// "Node 0, zone   Normal -1.000 0.931 ..."; an error names the line.
Result<std::vector<ZoneIndices>> parse_extfrag(std::string_view text);

// name: "extfrag_index" or "unusable_index". `root` is what stands for "/".
Result<std::vector<ZoneIndices>> read_extfrag(const std::filesystem::path& root,
                                              std::string_view name);

} // namespace kmemcgd
