// SPDX-License-Identifier: GPL-2.0-only
// Lists of CPUs and nodes as the kernel prints them: "0-3,8". Pure; any text may come in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kmemcgd {

struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0; // as it stands there: it may be below the first
};

// Takes "0-3" or "8" off, and leaves the comma. Nothing: the list does not begin so.
std::optional<IdRange> take_id_range(std::string_view& list);

} // namespace kmemcgd
