// SPDX-License-Identifier: GPL-2.0-only
// A list of nodes as the kernel prints it: "0-3,8". Pure.
#pragma once

#include "host/id_range.hpp"

#include <vector>

namespace kmemcgd {

class NodeSet {
public:
    // Up to what is no part of a list; nothing where that is all.
    static std::optional<NodeSet> parse(std::string_view text);

    bool has(std::uint32_t node) const;

private:
    std::vector<IdRange> ranges_;
};

} // namespace kmemcgd
