// SPDX-License-Identifier: GPL-2.0-only
#include "render/table.hpp"

#include "render/units.hpp"

#include <algorithm>

namespace kmemcgd {

Cell text_cell(std::string_view text) {
    const auto safe = printable(text);
    return {safe, safe};
}

Cell count_cell(std::uint64_t value) {
    return {format_count(value), std::to_string(value)};
}

Cell bytes_cell(std::uint64_t bytes) {
    return {format_bytes(bytes), std::to_string(bytes)};
}

Cell ms_cell(std::uint64_t ms) {
    return {format_duration_ns(ms * ns_per_ms), std::to_string(ms)};
}

Cell measured_cell(std::uint64_t value, Measure measure, std::uint32_t page_size_bytes) {
    const auto plain = std::to_string(value);
    switch (measure) {
    case Measure::nanoseconds:
        return {format_duration_ns(value), plain};
    case Measure::microseconds:
        return {format_duration_ns(value * ns_per_us), plain};
    case Measure::bytes:
        return {format_bytes(value), plain};
    case Measure::bytes_per_s:
        return {format_bytes(value) + "/s", plain};
    case Measure::permille:
        return {format_permille(value), plain};
    case Measure::pages:
        return {format_bytes(value * page_size_bytes), plain};
    case Measure::count:
        break;
    }
    return {format_count(value), plain};
}

Cell empty_cell() {
    return {"-", "-"};
}

void Table::print(std::ostream& out, bool human, const Paint& paint) const {
    if (human)
        print_human(out, paint);
    else
        print_plain(out);
}

void Table::print_plain(std::ostream& out) const {
    for (std::size_t at = 0; at < columns_.size(); ++at)
        out << (at > 0 ? "\t" : "") << columns_[at].key;
    out << '\n';
    print_records(out);
}

void Table::print_records(std::ostream& out) const {
    for (const auto& row : rows_) {
        for (std::size_t at = 0; at < row.size(); ++at)
            out << (at > 0 ? "\t" : "") << row[at].plain;
        out << '\n';
    }
}

void Table::print_human(std::ostream& out, const Paint& paint) const {
    std::vector<std::size_t> shown;
    std::vector<std::size_t> widths(columns_.size());
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        if (columns_[at].only_plain)
            continue;
        shown.push_back(at);
        widths[at] = display_width(columns_[at].title);
        for (const auto& row : rows_)
            widths[at] = std::max(widths[at], display_width(row[at].human));
    }

    const auto line = [&](const auto& text_of) {
        std::string text;
        for (const auto at : shown) {
            const std::string_view cell = text_of(at);
            const std::string blanks(widths[at] - display_width(cell), ' ');
            if (at != shown.front())
                text += "  ";
            if (columns_[at].right)
                text += blanks;
            text += cell;
            if (!columns_[at].right && at != shown.back())
                text += blanks;
        }
        return text;
    };
    out << paint.bold(line([&](std::size_t at) -> std::string_view { return columns_[at].title; }))
        << '\n';
    for (const auto& row : rows_)
        out << line([&](std::size_t at) -> std::string_view { return row[at].human; }) << '\n';
}

} // namespace kmemcgd
