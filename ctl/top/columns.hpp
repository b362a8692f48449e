// SPDX-License-Identifier: GPL-2.0-only
// The columns of "top": how each is named, and what stands in it.
#pragma once

#include "render/table.hpp"
#include "top/model.hpp"

#include <span>

namespace kmemcgd {

enum class TopColumn { cgroup, usage, limit, headroom, fill, taken, state, psi, high };

struct TopColumnInfo {
    TopColumn column;
    std::string_view word;  // as --sort takes it
    std::string_view title; // for people; its width holds every value, too
    std::string_view key;   // for programs
    unsigned width;
    char letter; // that sorts by it
};

// In the order in which they stand.
std::span<const TopColumnInfo> top_columns();
std::span<const std::string_view> top_column_words();
const TopColumnInfo& info_of(TopColumn column);
std::optional<TopColumn> parse_top_column(std::string_view word);

// Whether this host can have anything in it.
bool has_column(const Frame& frame, TopColumn column);

// A path as it is: whoever prints it makes it harmless.
Cell top_cell(const Row& row, TopColumn column);

} // namespace kmemcgd
