// SPDX-License-Identifier: GPL-2.0-only
// The size of a page of this host.
#pragma once

#include <cstdint>

#include <unistd.h>

namespace kmemcgd {

inline std::uint64_t page_bytes() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace kmemcgd
