// SPDX-License-Identifier: GPL-2.0-only
#include "top/console.hpp"

#include "render/duration_range.hpp"
#include "top/fit.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr DurationRange intervals{100 * ns_per_ms, 86'400 * ns_per_s, "100ms to 1d"};
constexpr std::size_t longest_prompt = 4096;
// With fewer lines than this there is no heading; with fewer than that, rows only.
constexpr std::size_t lines_for_heading = 10;
constexpr std::size_t lines_for_status = 4;

constexpr std::array<std::string_view, 22> help = {
    "up, down, j, k     move; also page up, page down, home, end",
    "<, >, left, right  sort by the column before or behind",
    "r                  reverse the order",
    "C U L H F T S P W  sort by a column, as below",
    "/                  filter: a part of the path, or a glob; ESC goes back",
    "t                  tree, or flat",
    "space              pause",
    "d                  another interval",
    "h, ?               this help",
    "q                  quit",
    "",
    "C CGROUP    path from the root of the hierarchy",
    "U USAGE     memory that is charged to it and to those below it",
    "L LIMIT     the lower of memory.max and memory.high (v1: limit_in_bytes)",
    "H HEADROOM  from the usage to the limit",
    "F FILL/s    rate of its watch; else how usage changed since the last refresh",
    "T TAKEN/s   what kmemcgd reclaimed of it since the last refresh",
    "S STATE     of its watch: no-limit, below, reclaiming, stuck, thrashing",
    "P PSI       percent of the last 10 s that some task of it waited for memory",
    "W HIGH      its watermark: kmemcgd reclaims above it",
    "",
    "- is what is not known, or not there. A column that this host has nothing for is left out.",
};

} // namespace

Result<std::chrono::nanoseconds> parse_top_interval(std::string_view text) {
    return parse_duration_within(text, intervals);
}

Console::Console(Arrangement arrangement, std::chrono::nanoseconds interval,
                 std::optional<std::uint64_t> most_rows)
    : arrangement_(std::move(arrangement)), interval_(interval), most_rows_(most_rows) {}

void Console::take(Frame frame) {
    frame_ = std::move(frame);
    arrange_again();
}

void Console::arrange_again() {
    shown_ = arrange(frame_.rows, arrangement_);
    found_ = shown_.size();
    if (most_rows_ && *most_rows_ < found_)
        shown_.resize(static_cast<std::size_t>(*most_rows_));
    move(0);
}

void Console::move(std::ptrdiff_t by) {
    const auto last = static_cast<std::ptrdiff_t>(shown_.size()) - 1;
    const auto at = static_cast<std::ptrdiff_t>(selected_) + by;
    selected_ = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(at, 0, std::max<std::ptrdiff_t>(last, 0)));
}

Console::Parts Console::parts(const ScreenSize& size) const {
    Parts parts;
    const bool asks = mode_ == Mode::filter || mode_ == Mode::interval;
    if (size.lines >= lines_for_heading)
        parts.heading = heading(frame_).size();
    if (size.lines >= lines_for_status || asks)
        parts.status = std::min<std::size_t>(1, size.lines);
    if (size.lines >= lines_for_status)
        parts.titles = 1;
    parts.rows = size.lines - parts.heading - parts.status - parts.titles;
    return parts;
}

void Console::press(const Key& key, const ScreenSize& size) {
    message_.clear();
    switch (mode_) {
    case Mode::table:
        press_in_table(key, size);
        break;
    case Mode::help:
        press_in_help(key);
        break;
    case Mode::filter:
    case Mode::interval:
        press_in_prompt(key);
        break;
    }
}

void Console::press_in_table(const Key& key, const ScreenSize& size) {
    const auto page =
        std::max<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(parts(size).rows) - 1, 1);
    const auto all = static_cast<std::ptrdiff_t>(shown_.size());
    switch (key.kind) {
    case Key::Kind::up:
        return move(-1);
    case Key::Kind::down:
        return move(1);
    case Key::Kind::page_up:
        return move(-page);
    case Key::Kind::page_down:
        return move(page);
    case Key::Kind::home:
        return move(-all);
    case Key::Kind::end:
        return move(all);
    case Key::Kind::left:
        return sort_by_neighbour(-1);
    case Key::Kind::right:
        return sort_by_neighbour(1);
    case Key::Kind::character:
        if (key.text.size() == 1)
            press_command(key.text.front());
        return;
    case Key::Kind::enter:
    case Key::Kind::escape:
    case Key::Kind::backspace:
        return;
    }
}

void Console::press_command(char letter) {
    switch (letter) {
    case 'q':
        over_ = true;
        return;
    case 'h':
    case '?':
        mode_ = Mode::help;
        first_help_ = 0;
        return;
    case '/':
        return begin_prompt(Mode::filter);
    case 'd':
        return begin_prompt(Mode::interval);
    case ' ':
        paused_ = !paused_;
        return;
    case 'j':
        return move(1);
    case 'k':
        return move(-1);
    case '<':
        return sort_by_neighbour(-1);
    case '>':
        return sort_by_neighbour(1);
    case 'r':
        arrangement_.reverse = !arrangement_.reverse;
        return arrange_again();
    case 't':
        arrangement_.tree = !arrangement_.tree;
        return arrange_again();
    default:
        break;
    }
    for (const auto& info : top_columns()) {
        if (info.letter == letter && has_column(frame_, info.column)) {
            arrangement_.sort = info.column;
            return arrange_again();
        }
    }
}

// Past those that this host has nothing for; there are always others.
void Console::sort_by_neighbour(int step) {
    const auto count = static_cast<int>(top_columns().size());
    auto at = static_cast<int>(arrangement_.sort);
    do {
        at = (at + step + count) % count;
    } while (!has_column(frame_, static_cast<TopColumn>(at)));
    arrangement_.sort = static_cast<TopColumn>(at);
    arrange_again();
}

void Console::press_in_help(const Key& key) {
    if (key.kind == Key::Kind::down || key.kind == Key::Kind::page_down)
        first_help_ = std::min(first_help_ + 1, help.size() - 1);
    else if (key.kind == Key::Kind::up || key.kind == Key::Kind::page_up)
        first_help_ -= first_help_ > 0 ? 1 : 0;
    else
        mode_ = Mode::table;
}

void Console::begin_prompt(Mode mode) {
    mode_ = mode;
    typed_.clear();
    filter_before_ = arrangement_.filter;
}

std::string Console::typed() const {
    std::string text;
    for (const auto& character : typed_)
        text += character;
    return text;
}

void Console::press_in_prompt(const Key& key) {
    if (key.kind == Key::Kind::enter)
        return accept_prompt();
    if (key.kind == Key::Kind::escape) {
        arrangement_.filter = filter_before_;
        mode_ = Mode::table;
        return arrange_again();
    }
    if (key.kind == Key::Kind::backspace && !typed_.empty())
        typed_.pop_back();
    else if (key.kind == Key::Kind::character && typed_.size() < longest_prompt)
        typed_.push_back(key.text);
    else
        return;
    // One sees at once what is left.
    if (mode_ == Mode::filter) {
        arrangement_.filter = typed();
        arrange_again();
    }
}

void Console::accept_prompt() {
    if (mode_ == Mode::filter) {
        arrangement_.filter = typed();
        arrange_again();
    } else if (!typed_.empty()) {
        const auto interval = parse_top_interval(typed());
        if (interval)
            interval_ = *interval;
        else
            message_ = fmt::format("{}: {}", interval.error().message, interval.error().hint);
    }
    mode_ = Mode::table;
}

std::string Console::status() const {
    const auto every = format_duration_ns(static_cast<std::uint64_t>(interval_.count()));
    if (mode_ == Mode::filter)
        return "filter: " + typed() + "_";
    if (mode_ == Mode::interval)
        return fmt::format("interval ({}): {}_", every, typed());
    if (!message_.empty())
        return message_;
    std::string text = paused_ ? "PAUSED  " : "";
    text += fmt::format("{} of {} cgroups  by {}{}{}  every {}", format_count(shown_.size()),
                        format_count(frame_.rows.size()), info_of(arrangement_.sort).title,
                        arrangement_.reverse ? " reversed" : "",
                        arrangement_.tree ? " in a tree" : "", every);
    if (!arrangement_.filter.empty())
        text += "  filter " + arrangement_.filter;
    // The module's absence is in the heading already.
    for (const auto& gap : frame_.not_seen) {
        if (frame_.module_state == ModuleFacts::State::loaded ||
            gap.what != "what the module knows")
            text += fmt::format("  no {}: {}", gap.what, gap.why);
    }
    return text;
}

std::vector<Line> Console::draw_help(const ScreenSize& size) const {
    std::vector<Line> lines;
    for (std::size_t at = first_help_; at < help.size() && lines.size() < size.lines; ++at)
        lines.push_back({fit(help.at(at), size.columns), Line::Style::plain});
    return lines;
}

std::vector<Line> Console::draw(const ScreenSize& size) {
    if (mode_ == Mode::help)
        return draw_help(size);
    const auto part = parts(size);
    const auto shown = columns_that_fit(frame_, size.columns);
    std::vector<Line> lines;
    if (part.heading > 0) {
        for (const auto& text : heading(frame_))
            lines.push_back({fit(text, size.columns), Line::Style::plain});
    }
    if (part.status > 0) {
        // Of what is typed the end is what matters.
        const bool asks = mode_ != Mode::table;
        lines.push_back({fit(status(), size.columns, asks ? Cut::front : Cut::back),
                         asks ? Line::Style::strong : Line::Style::plain});
    }
    if (part.titles > 0)
        lines.push_back({titles_line(shown, size.columns), Line::Style::title});
    if (selected_ < first_)
        first_ = selected_;
    else if (part.rows > 0 && selected_ >= first_ + part.rows)
        first_ = selected_ - part.rows + 1;
    // None of the screen is left empty while there are rows before the first.
    first_ = std::min(first_, shown_.size() > part.rows ? shown_.size() - part.rows : 0);
    for (std::size_t at = first_; at < shown_.size() && at < first_ + part.rows; ++at) {
        const auto style = at == selected_                 ? Line::Style::selected
                           : needs_a_look(*shown_[at].row) ? Line::Style::strong
                                                           : Line::Style::plain;
        lines.push_back({row_line(shown_[at], arrangement_.tree, shown, size.columns), style});
    }
    return lines;
}

} // namespace kmemcgd
