// SPDX-License-Identifier: GPL-2.0-only
// "page allocation failure" in a kernel's log. Pure; any text may come in.
#pragma once

#include "frag/gfp.hpp"
#include "host/buddyinfo.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

// A zone as the Mem-Info block behind it shows it.
struct LoggedZone {
    BuddyZone blocks;
    std::uint64_t page_kb = 0;           // of a block of order 0
    std::optional<std::uint64_t> min_kb; // its min watermark
};

struct AllocationFailure {
    std::string task;
    std::uint32_t order = 0;
    std::uint32_t mask = 0;
    std::string flags;                    // the kernel's own names, "" where it printed none
    std::optional<KernelVersion> version; // of a "CPU: ... Comm:" line behind it
    std::vector<LoggedZone> zones;
    std::uint64_t line = 0; // where in the log, from 1
};

// Orders that any kernel has: one beyond is a line that was cut or made up.
constexpr std::uint32_t highest_order = 32;

// All of them, in the order of the log; lines in between that are not understood are
// passed over. At most `most`.
std::vector<AllocationFailure> find_failures(std::string_view log, std::size_t most);

} // namespace kmemcgd
