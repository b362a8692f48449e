// SPDX-License-Identifier: GPL-2.0-only
// The live view without a terminal: lines of text, and what keys do to them.
#include "top/console.hpp"
#include "top/fit.hpp"

#include <clocale>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Until the end of the test.
class Locale {
public:
    explicit Locale(const char* name) : set_(std::setlocale(LC_CTYPE, name) != nullptr) {}
    ~Locale() { std::setlocale(LC_CTYPE, "C"); }
    Locale(const Locale&) = delete;
    Locale& operator=(const Locale&) = delete;

    [[nodiscard]] bool set() const { return set_; }

private:
    bool set_;
};

TEST(TopFit, CutsAndPads) {
    EXPECT_EQ(fit("abc", 5), "abc  ");
    EXPECT_EQ(fit("abc", 5, Cut::back, Side::right), "  abc");
    EXPECT_EQ(fit("abcdef", 5), "abc..");
    EXPECT_EQ(fit("abcdef", 5, Cut::front), "..def");
    EXPECT_EQ(fit("abcdef", 2), "..");
    EXPECT_EQ(fit("abcdef", 1), ".");
    EXPECT_EQ(fit("abcdef", 0), "");
    EXPECT_EQ(fit("", 2), "  ");
}

TEST(TopFit, NothingControlsTheTerminal) {
    const std::string bad("\033[2J\a\n\x7f\0z", 9);
    EXPECT_EQ(fit(bad, 40), "\\x1b[2J\\x07\\x0a\\x7f\\x00z" + std::string(16, ' '));
    EXPECT_EQ(fit("a\\x1b", 9), "a\\x5cx1b ");
    // An escape is not cut in two.
    EXPECT_EQ(fit("ab\033cdef", 6), "ab..  ");
}

TEST(TopFit, WhatTheLocaleHasNotIsEscaped) {
    EXPECT_EQ(fit("\xc3\xa4", 9), "\\xc3\\xa4 "); // "C" has ASCII only
    const Locale utf8("C.UTF-8");
    if (!utf8.set())
        GTEST_SKIP() << "there is no C.UTF-8";
    EXPECT_EQ(fit("\xc3\xa4", 3), "\xc3\xa4  ");
    EXPECT_EQ(fit("\xe4\xb8\xad\xe6\x96\x87", 5), "\xe4\xb8\xad\xe6\x96\x87 "); // two columns each
    EXPECT_EQ(fit("\xe4\xb8\xad\xe6\x96\x87", 3), ".. ");
    EXPECT_EQ(fit("\xc2\x9b", 9), "\\xc2\\x9b ");          // C1: as good as ESC [
    EXPECT_EQ(fit("\xe2\x80\xae", 12), "\\xe2\\x80\\xae"); // writes from right to left
    EXPECT_EQ(fit("e\xcc\x81", 9), "e\\xcc\\x81");         // no column of its own
    EXPECT_EQ(fit("\xc3(\xff", 9), "\\xc3(\\xff");         // no UTF-8
    EXPECT_EQ(fit("\xe4\xb8", 8), "\\xe4\\xb8");           // ends within a character
}

class TopConsole : public ::testing::Test {
protected:
    TopConsole() {
        frame.module_state = ModuleFacts::State::loaded;
        frame.module_version = "0.1.0";
        frame.watches_seen = true;
        for (unsigned at = 0; at < 30; ++at) {
            Row row;
            row.path = fmt_path(at);
            row.id = at;
            row.usage_bytes = (100 - at) << 20;
            row.pressure = 1.25;
            frame.rows.push_back(row);
        }
        frame.rows[1].state = KMEMCGD_WATCH_STUCK;
        console.take(frame);
    }
    static std::string fmt_path(unsigned at) {
        return (at % 2 == 0 ? "/even/" : "/odd/") + std::to_string(at);
    }
    void press(const std::string& letters) {
        for (const char letter : letters)
            console.press({Key::Kind::character, std::string(1, letter)}, size);
    }
    void press(Key::Kind kind) { console.press({kind}, size); }
    std::vector<std::string> lines() {
        std::vector<std::string> texts;
        for (const auto& line : console.draw(size))
            texts.push_back(line.text);
        return texts;
    }
    std::string status() { return lines().at(2); }
    // Without the blanks behind it.
    std::string first_path() { return path_in(lines().at(4)); }
    static std::string path_in(const std::string& line) { return line.substr(0, line.find(' ')); }
    std::string selected() {
        for (const auto& line : console.draw(size)) {
            if (line.style == Line::Style::selected)
                return path_in(line.text);
        }
        return {};
    }

    Frame frame;
    ScreenSize size{.columns = 100, .lines = 12};
    Console console{{}, 2s, {}};
};

TEST_F(TopConsole, DrawsWhatThereIs) {
    frame.host.zombies = 1234;
    frame.host.memory_bytes = 8ULL << 30;
    frame.host.pressure = 0.5;
    frame.cpu_share = 0.025;
    console.take(frame);
    const auto shown = lines();
    ASSERT_EQ(shown.size(), 12U);
    EXPECT_THAT(shown[0], StartsWith("kmemcgd 0.1.0  zombies 1,234  CPU 2.5 %"));
    EXPECT_THAT(shown[1], StartsWith("memory 8.0 GiB  PSI 0.50"));
    EXPECT_THAT(shown[2], StartsWith("30 of 30 cgroups  by USAGE  every 2.0 s"));
    EXPECT_THAT(shown[3], StartsWith("CGROUP "));
    EXPECT_THAT(
        shown[3],
        HasSubstr("   USAGE    LIMIT HEADROOM    FILL/s  TAKEN/s STATE         PSI     HIGH"));
    EXPECT_THAT(shown[4], StartsWith("/even/0 "));
    EXPECT_THAT(
        shown[4],
        HasSubstr(" 100 MiB        -        -         -        - -            1.25        -"));
    EXPECT_THAT(shown[5], HasSubstr(" stuck "));
    EXPECT_EQ(console.draw(size)[5].style, Line::Style::strong);
    for (const auto& line : shown)
        EXPECT_EQ(line.size(), 100U);
}

TEST_F(TopConsole, EverySizeIsFilledAndNeverExceeded) {
    for (const char* mode : {"", "h", "/", "t"}) {
        press(mode);
        for (std::size_t columns = 1; columns < 130; ++columns) {
            for (std::size_t count = 1; count < 14; ++count) {
                size = {columns, count};
                const auto shown = lines();
                EXPECT_LE(shown.size(), count);
                for (const auto& line : shown)
                    ASSERT_LE(line.size(), columns) << line;
            }
        }
        press(Key::Kind::escape);
    }
}

TEST_F(TopConsole, ATinyScreenStillTells) {
    size = {.columns = 20, .lines = 5};
    const auto shown = lines();
    EXPECT_THAT(shown,
                ElementsAre("30 of 30 cgroups  ..", "CGROUP         USAGE", "/even/0      100 MiB",
                            "/odd/1      99.0 MiB", "/even/2     98.0 MiB"));
}

TEST_F(TopConsole, WhatIsMissingIsSaid) {
    frame.module_state = ModuleFacts::State::not_loaded;
    frame.watches_seen = false;
    for (auto& row : frame.rows)
        row.pressure.reset();
    frame.not_seen = {{"what the module knows", "not loaded"}, {"cgroups", "2 can't be listed"}};
    console.take(frame);
    EXPECT_THAT(lines()[0], StartsWith("kmemcgd: module not loaded "));
    EXPECT_THAT(status(), HasSubstr("no cgroups: 2 can't be listed"));
    EXPECT_THAT(status(), Not(HasSubstr("what the module knows")));
    EXPECT_THAT(lines()[3], Not(HasSubstr("TAKEN")));
    EXPECT_THAT(lines()[3], Not(HasSubstr("PSI")));
    // Nor can it be sorted by them.
    press("S");
    EXPECT_THAT(status(), HasSubstr("by USAGE"));
    press(">>>>");
    EXPECT_THAT(status(), HasSubstr("by CGROUP"));
    press("<");
    EXPECT_THAT(status(), HasSubstr("by FILL/s"));
}

TEST_F(TopConsole, Moves) {
    EXPECT_EQ(selected(), "/even/0");
    press(Key::Kind::up);
    EXPECT_EQ(selected(), "/even/0");
    press(Key::Kind::down);
    press("j");
    EXPECT_EQ(selected(), "/even/2");
    press(Key::Kind::page_down);
    EXPECT_EQ(selected(), "/odd/9");
    EXPECT_EQ(first_path(), "/even/2");
    press(Key::Kind::end);
    EXPECT_EQ(selected(), "/odd/29");
    EXPECT_EQ(first_path(), "/even/22");
    press(Key::Kind::page_up);
    press("k");
    EXPECT_EQ(selected(), "/odd/21");
    // Fewer than before, and a larger screen: nothing is left empty.
    frame.rows.resize(10);
    console.take(frame);
    EXPECT_EQ(selected(), "/odd/9");
    size.lines = 40;
    EXPECT_EQ(first_path(), "/even/0");
    frame.rows.clear();
    console.take(frame);
    EXPECT_EQ(lines().size(), 4U);
    press(Key::Kind::down);
    press(Key::Kind::end);
    EXPECT_EQ(selected(), "");
}

TEST_F(TopConsole, Sorts) {
    press("r");
    EXPECT_EQ(first_path(), "/odd/29");
    EXPECT_THAT(status(), HasSubstr("by USAGE reversed"));
    press("rC");
    EXPECT_EQ(first_path(), "/even/0");
    EXPECT_THAT(status(), HasSubstr("by CGROUP"));
    press("S");
    EXPECT_EQ(first_path(), "/odd/1");
    press(Key::Kind::left);
    EXPECT_THAT(status(), HasSubstr("by TAKEN/s"));
    press(Key::Kind::right);
    press(Key::Kind::right);
    EXPECT_THAT(status(), HasSubstr("by PSI"));
    press("x"); // means nothing
    EXPECT_THAT(status(), HasSubstr("by PSI"));
}

TEST_F(TopConsole, FiltersWhileItIsTyped) {
    press("/od");
    EXPECT_THAT(status(), StartsWith("filter: od_"));
    EXPECT_EQ(first_path(), "/odd/1");
    press("x");
    EXPECT_EQ(lines().size(), 4U);
    press(Key::Kind::backspace);
    press(Key::Kind::enter);
    EXPECT_THAT(status(), StartsWith("15 of 30 cgroups"));
    EXPECT_THAT(status(), HasSubstr("filter od"));
    press("/q"); // is a letter here
    EXPECT_FALSE(console.over());
    press(Key::Kind::escape);
    EXPECT_THAT(status(), HasSubstr("filter od"));
    press("/");
    press(Key::Kind::enter);
    EXPECT_THAT(status(), StartsWith("30 of 30 cgroups"));
    // A new frame keeps it.
    press("/even/2?");
    press(Key::Kind::enter);
    console.take(frame);
    EXPECT_THAT(status(), StartsWith("5 of 30 cgroups"));
}

TEST_F(TopConsole, AsksForTheInterval) {
    press("d500ms");
    EXPECT_THAT(status(), StartsWith("interval (2.0 s): 500ms_"));
    press(Key::Kind::enter);
    EXPECT_EQ(console.interval(), 500ms);
    for (const char* bad : {"1ms", "2d", "fast", "-1"}) {
        press("d");
        press(bad);
        press(Key::Kind::enter);
        EXPECT_EQ(console.interval(), 500ms);
        EXPECT_THAT(status(), Not(HasSubstr("every"))) << bad;
        press("x");
        EXPECT_THAT(status(), HasSubstr("every 500 ms")) << bad;
    }
    press("d9");
    press(Key::Kind::escape);
    EXPECT_EQ(console.interval(), 500ms);
    press("d");
    press(Key::Kind::enter);
    EXPECT_EQ(console.interval(), 500ms);
    press("d3");
    press(Key::Kind::enter);
    EXPECT_EQ(console.interval(), 3s);
}

TEST_F(TopConsole, PausesHelpsAndQuits) {
    press(" ");
    EXPECT_TRUE(console.paused());
    EXPECT_THAT(status(), StartsWith("PAUSED"));
    press(" ");
    EXPECT_FALSE(console.paused());
    press("?");
    EXPECT_THAT(lines()[0], StartsWith("up, down"));
    press(Key::Kind::down);
    EXPECT_THAT(lines()[0], StartsWith("<, >"));
    press(Key::Kind::up);
    press(Key::Kind::up);
    for (int at = 0; at < 50; ++at)
        press(Key::Kind::down);
    EXPECT_EQ(lines().size(), 1U);
    press("q"); // ends the help
    EXPECT_FALSE(console.over());
    press("q");
    EXPECT_TRUE(console.over());
}

TEST_F(TopConsole, ShowsATree) {
    Row parent;
    parent.path = "/even";
    frame.rows.push_back(parent);
    console.take(frame);
    press("tC");
    EXPECT_THAT(status(), HasSubstr("in a tree"));
    EXPECT_THAT(lines()[4], StartsWith("/even "));
    EXPECT_THAT(lines()[5], StartsWith("  0 "));
    EXPECT_THAT(lines()[6], StartsWith("  10 "));
    press("t");
    EXPECT_THAT(lines()[5], StartsWith("/even/0 "));
}

TEST_F(TopConsole, ALongPathKeepsItsEnd) {
    frame.rows.resize(1);
    frame.rows[0].path = "/kubepods/" + std::string(200, 'x') + "/end\033[2J";
    console.take(frame);
    EXPECT_THAT(lines()[4], StartsWith(".."));
    EXPECT_THAT(lines()[4], HasSubstr("x/end\\x1b[2J "));
}

TEST_F(TopConsole, NoMoreRowsThanWanted) {
    console = Console({}, 2s, 3);
    console.take(frame);
    EXPECT_EQ(lines().size(), 7U);
    EXPECT_THAT(status(), StartsWith("3 of 30 cgroups"));
}

} // namespace
} // namespace kmemcgd
