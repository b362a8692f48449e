// SPDX-License-Identifier: GPL-2.0-only
#include "top/layout.hpp"

#include "render/units.hpp"
#include "top/fit.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// What goes last when there is little room.
constexpr std::array by_importance = {TopColumn::usage, TopColumn::headroom, TopColumn::fill,
                                      TopColumn::limit, TopColumn::taken,    TopColumn::state,
                                      TopColumn::psi,   TopColumn::high};
constexpr std::size_t gap = 1;
constexpr std::size_t narrow_screen = 40;

std::size_t least_path_columns(std::size_t columns) {
    return columns < narrow_screen ? 8 : 16;
}

std::string module_line(const Frame& frame) {
    std::string text = "kmemcgd: ";
    switch (frame.module_state) {
    case ModuleFacts::State::loaded:
        text = "kmemcgd " + printable(frame.module_version);
        break;
    case ModuleFacts::State::not_loaded:
        text += "module not loaded";
        break;
    case ModuleFacts::State::other_version:
    case ModuleFacts::State::unreachable:
        text += printable(frame.module_error);
        break;
    }
    if (frame.host.zombies)
        text += fmt::format("  zombies {}", format_count(*frame.host.zombies));
    if (frame.cpu_share)
        text += "  CPU " + format_share(*frame.cpu_share);
    return text;
}

std::string host_line(const Frame& frame) {
    const auto& host = frame.host;
    std::string text = "memory ";
    text += host.memory_bytes ? format_bytes(*host.memory_bytes) : "unknown";
    if (host.available_bytes)
        text += fmt::format("  available {}", format_bytes(*host.available_bytes));
    if (host.pressure)
        text += fmt::format("  PSI {:.2f}", *host.pressure);
    return text;
}

std::size_t path_columns(const std::vector<TopColumn>& shown, std::size_t columns) {
    std::size_t rest = 0;
    for (const auto column : shown)
        rest += column == TopColumn::cgroup ? 0 : gap + info_of(column).width;
    return columns > rest ? columns - rest : 0;
}

template <class CellText>
std::string line(const std::vector<TopColumn>& shown, std::string path, CellText cell_text) {
    std::string text = std::move(path);
    for (const auto column : shown) {
        if (column == TopColumn::cgroup)
            continue;
        const auto side = column == TopColumn::state ? Side::left : Side::right;
        text +=
            std::string(gap, ' ') + fit(cell_text(column), info_of(column).width, Cut::back, side);
    }
    return text;
}

} // namespace

std::vector<std::string> heading(const Frame& frame) {
    return {module_line(frame), host_line(frame)};
}

std::vector<TopColumn> columns_that_fit(const Frame& frame, std::size_t columns) {
    std::vector<TopColumn> shown = {TopColumn::cgroup};
    for (const auto column : by_importance) {
        if (!has_column(frame, column))
            continue;
        shown.push_back(column);
        if (path_columns(shown, columns) < least_path_columns(columns)) {
            shown.pop_back();
            break;
        }
    }
    std::sort(shown.begin(), shown.end());
    return shown;
}

std::string titles_line(const std::vector<TopColumn>& shown, std::size_t columns) {
    return line(shown, fit(info_of(TopColumn::cgroup).title, path_columns(shown, columns)),
                [](TopColumn column) { return info_of(column).title; });
}

std::string row_line(const ShownRow& row, bool tree, const std::vector<TopColumn>& shown,
                     std::size_t columns) {
    std::string_view name = row.row->path;
    // Below a parent that is shown its name is enough.
    if (tree && row.depth > 0)
        name.remove_prefix(name.rfind('/') + 1);
    const auto room = path_columns(shown, columns);
    const auto indent = std::min<std::size_t>(row.depth, room / 4) * 2;
    return line(shown,
                std::string(indent, ' ') + fit(name, room - indent, tree ? Cut::back : Cut::front),
                [&row](TopColumn column) { return top_cell(*row.row, column).human; });
}

bool needs_a_look(const Row& row) {
    return row.state == KMEMCGD_WATCH_STUCK || row.state == KMEMCGD_WATCH_THRASHING;
}

} // namespace kmemcgd
