// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <string_view>

namespace kmemcgd {

// Emphasis for a terminal that wants it; plain text otherwise.
class Paint {
public:
    explicit Paint(bool colour) : colour_(colour) {}

    [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
    [[nodiscard]] std::string faint(std::string_view text) const { return wrap("2", text); }
    [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", text); }
    [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }

private:
    [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;

    bool colour_;
};

// Tenants choose the names of their cgroups: control characters in a path must
// reach neither the terminal nor the columns of a table.
std::string printable(std::string_view text);

// Columns that it takes on a terminal; counts UTF-8 sequences, not bytes.
std::size_t display_width(std::string_view text);

} // namespace kmemcgd
