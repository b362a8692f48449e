// SPDX-License-Identifier: GPL-2.0-only
// Frames as lines of text. Pure but for the locale, which fit() asks.
#pragma once

#include "top/arrange.hpp"
#include "top/screen.hpp"

namespace kmemcgd {

// What the module and the host are like; for people, of any width.
std::vector<std::string> heading(const Frame& frame);

// The columns that this frame has something for and that there is room for, in the
// order in which they stand. The path is always among them, and gets what is left.
std::vector<TopColumn> columns_that_fit(const Frame& frame, std::size_t columns);

std::string titles_line(const std::vector<TopColumn>& shown, std::size_t columns);
std::string row_line(const ShownRow& row, bool tree, const std::vector<TopColumn>& shown,
                     std::size_t columns);

// A row that somebody should look at: kmemcgd can't keep it below its limit.
bool needs_a_look(const Row& row);

} // namespace kmemcgd
