// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <string_view>

namespace kmemcgd {

// Whether a path of the hierarchy fits a glob. "*", "?" and "[...]" stay within one
// component; "**" as a whole component stands for any number of them, none included:
// "/a/**" is /a and all below it. A backslash is itself, as in the names of units.
bool path_fits(std::string_view glob, std::string_view path);

} // namespace kmemcgd
