// SPDX-License-Identifier: GPL-2.0-only
#include "top/columns.hpp"

#include "client/names.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::array table = {
    TopColumnInfo{TopColumn::cgroup, "cgroup", "CGROUP", "path", 0, 'C'}, // what is left
    TopColumnInfo{TopColumn::usage, "usage", "USAGE", "usage_bytes", 8, 'U'},
    TopColumnInfo{TopColumn::limit, "limit", "LIMIT", "limit_bytes", 8, 'L'},
    TopColumnInfo{TopColumn::headroom, "headroom", "HEADROOM", "headroom_bytes", 8, 'H'},
    TopColumnInfo{TopColumn::fill, "fill", "FILL/s", "fill_per_s", 9, 'F'},
    TopColumnInfo{TopColumn::taken, "taken", "TAKEN/s", "taken_per_s", 8, 'T'},
    TopColumnInfo{TopColumn::state, "state", "STATE", "state", 10, 'S'},
    TopColumnInfo{TopColumn::psi, "psi", "PSI", "pressure_some_avg10", 6, 'P'},
    TopColumnInfo{TopColumn::high, "high", "HIGH", "high_bytes", 8, 'W'}, // H has headroom
};

constexpr auto words = [] {
    std::array<std::string_view, table.size()> all;
    for (std::size_t at = 0; at < table.size(); ++at)
        all[at] = table[at].word;
    return all;
}();

template <class T, class ToCell>
Cell maybe(const std::optional<T>& value, ToCell to_cell) {
    return value ? to_cell(*value) : empty_cell();
}

Cell fill_cell(std::int64_t per_s) {
    const auto size =
        per_s < 0 ? -static_cast<std::uint64_t>(per_s) : static_cast<std::uint64_t>(per_s);
    return {(per_s < 0 ? "-" : "") + format_bytes(size), std::to_string(per_s)};
}

Cell pressure_cell(double percent) {
    const auto text = fmt::format("{:.2f}", percent);
    return {text, text};
}

} // namespace

std::span<const TopColumnInfo> top_columns() {
    return table;
}

std::span<const std::string_view> top_column_words() {
    return words;
}

const TopColumnInfo& info_of(TopColumn column) {
    return table.at(static_cast<std::size_t>(column));
}

std::optional<TopColumn> parse_top_column(std::string_view word) {
    for (const auto& info : table) {
        if (info.word == word)
            return info.column;
    }
    return std::nullopt;
}

bool has_column(const Frame& frame, TopColumn column) {
    switch (column) {
    case TopColumn::taken:
    case TopColumn::state:
    case TopColumn::high:
        return frame.watches_seen;
    case TopColumn::psi:
        return std::any_of(frame.rows.begin(), frame.rows.end(),
                           [](const Row& row) { return row.pressure.has_value(); });
    default:
        return true;
    }
}

Cell top_cell(const Row& row, TopColumn column) {
    switch (column) {
    case TopColumn::cgroup:
        break;
    case TopColumn::usage:
        return maybe(row.usage_bytes, bytes_cell);
    case TopColumn::limit:
        return maybe(row.limit_bytes, bytes_cell);
    case TopColumn::headroom:
        return maybe(row.headroom_bytes, bytes_cell);
    case TopColumn::fill:
        return maybe(row.fill_per_s, fill_cell);
    case TopColumn::taken:
        return maybe(row.taken_per_s, bytes_cell);
    case TopColumn::state:
        return maybe(row.state, [](auto state) { return text_cell(watch_state_name(state)); });
    case TopColumn::psi:
        return maybe(row.pressure, pressure_cell);
    case TopColumn::high:
        return maybe(row.high_bytes, bytes_cell);
    }
    return {row.path, row.path};
}

} // namespace kmemcgd
