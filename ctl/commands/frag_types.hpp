// SPDX-License-Identifier: GPL-2.0-only
// "frag show --types": whose pages free blocks and pageblocks are for.
#pragma once

#include "commands/command.hpp"
#include "host/pagetypeinfo.hpp"

#include <optional>

namespace kmemcgd {

// order: free memory is what is in blocks of it and above; nothing: all of it.
void print_types(const Context& context, const Result<PageTypes>& types,
                 std::optional<std::uint32_t> order, std::uint64_t page_bytes);

// Adds "types", which is null where they can't be read, and says why.
void add_types(Json& document, const Result<PageTypes>& types, std::uint64_t page_bytes);

} // namespace kmemcgd
