// SPDX-License-Identifier: GPL-2.0-only
// Text that takes an exact number of columns on a terminal, whatever its locale is.
#pragma once

#include <string>
#include <string_view>

namespace kmemcgd {

enum class Cut { front, back }; // where it is cut when there is no room
enum class Side { left, right };

// Characters that are not printable in the locale (LC_CTYPE), take no column of their
// own, or may control the terminal become \xNN, byte by byte. What is cut leaves "..".
std::string fit(std::string_view text, std::size_t columns, Cut cut = Cut::back,
                Side side = Side::left);

} // namespace kmemcgd
