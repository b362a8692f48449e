// SPDX-License-Identifier: GPL-2.0-only
// Which rows are shown, and in which order.
#pragma once

#include "top/columns.hpp"

namespace kmemcgd {

struct Arrangement {
    TopColumn sort = TopColumn::usage;
    bool reverse = false;
    std::string filter; // empty: all
    bool tree = false;  // below their parents; the order is that among siblings
};

struct ShownRow {
    const Row* row = nullptr;
    unsigned depth = 0; // in the tree
};

// What needs a look comes first: most usage, least headroom, the worst state; paths in
// their order. What is not known is last either way, and equals are in the order of
// their paths, so that two refreshes agree. In the tree those above a match are shown.
std::vector<ShownRow> arrange(const std::vector<Row>& rows, const Arrangement& how);

// A part of the path, or a glob that fits it (see path_fits()): one that does not begin
// with a slash may begin anywhere.
bool passes_filter(std::string_view filter, const std::string& path);

} // namespace kmemcgd
