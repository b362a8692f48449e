// SPDX-License-Identifier: GPL-2.0-only
// What the keys do, and what is on the screen: everything of the live view but the
// terminal itself.
#pragma once

#include "top/layout.hpp"

namespace kmemcgd {

// Of --interval as well as of the key.
Result<std::chrono::nanoseconds> parse_top_interval(std::string_view text);

class Console {
public:
    Console(Arrangement arrangement, std::chrono::nanoseconds interval,
            std::optional<std::uint64_t> most_rows);

    void take(Frame frame);
    void press(const Key& key, const ScreenSize& size);
    [[nodiscard]] std::vector<Line> draw(const ScreenSize& size);

    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] bool paused() const { return paused_; }
    [[nodiscard]] std::chrono::nanoseconds interval() const { return interval_; }

private:
    enum class Mode { table, help, filter, interval };

    // How many lines each part gets.
    struct Parts {
        std::size_t heading = 0;
        std::size_t status = 0;
        std::size_t titles = 0;
        std::size_t rows = 0;
    };

    [[nodiscard]] Parts parts(const ScreenSize& size) const;
    void arrange_again();
    void press_in_table(const Key& key, const ScreenSize& size);
    void press_command(char letter);
    void press_in_help(const Key& key);
    void press_in_prompt(const Key& key);
    void accept_prompt();
    void begin_prompt(Mode mode);
    void move(std::ptrdiff_t by);
    void sort_by_neighbour(int step);
    [[nodiscard]] std::string typed() const;
    [[nodiscard]] std::string status() const;
    [[nodiscard]] std::vector<Line> draw_help(const ScreenSize& size) const;

    Frame frame_;
    Arrangement arrangement_;
    std::chrono::nanoseconds interval_;
    std::optional<std::uint64_t> most_rows_;
    std::vector<ShownRow> shown_; // of frame_
    std::size_t found_ = 0;       // before most_rows_
    std::size_t selected_ = 0;
    std::size_t first_ = 0; // on the screen
    std::size_t first_help_ = 0;
    Mode mode_ = Mode::table;
    std::vector<std::string> typed_; // characters
    std::string filter_before_;      // what ESC goes back to
    std::string message_;            // until the next key
    bool paused_ = false;
    bool over_ = false;
};

} // namespace kmemcgd
