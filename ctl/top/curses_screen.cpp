// SPDX-License-Identifier: GPL-2.0-only
#include "top/curses_screen.hpp"

#include "client/descriptor.hpp"
#include "client/system.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <optional>

#define NCURSES_NOMACROS 1 // functions only: its macros have everyday names
#include <curses.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace kmemcgd {
namespace {

constexpr int escape_delay_ms = 50; // after ESC, for the rest of a function key
constexpr auto batch_hint = "kmemcgctl top --batch";

sigset_t handled_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH})
        sigaddset(&set, signal);
    return set;
}

// A dumb terminal would be filled with line after line.
bool can_place_cursor() {
    const char* move = ::tigetstr("cup");
    return move != nullptr && move != reinterpret_cast<const char*>(-1);
}

std::optional<Key::Kind> function_key(std::wint_t code) {
    switch (code) {
    case KEY_UP:
        return Key::Kind::up;
    case KEY_DOWN:
        return Key::Kind::down;
    case KEY_LEFT:
        return Key::Kind::left;
    case KEY_RIGHT:
        return Key::Kind::right;
    case KEY_PPAGE:
        return Key::Kind::page_up;
    case KEY_NPAGE:
        return Key::Kind::page_down;
    case KEY_HOME:
        return Key::Kind::home;
    case KEY_END:
        return Key::Kind::end;
    case KEY_ENTER:
        return Key::Kind::enter;
    case KEY_BACKSPACE:
        return Key::Kind::backspace;
    default:
        return std::nullopt;
    }
}

std::optional<Key> character_key(std::wint_t code) {
    switch (code) {
    case L'\n':
    case L'\r':
        return Key{Key::Kind::enter};
    case L'\033':
        return Key{Key::Kind::escape};
    case L'\b':
    case 0x7f:
        return Key{Key::Kind::backspace};
    default:
        break;
    }
    std::array<char, MB_LEN_MAX> bytes{};
    std::mbstate_t state{};
    const auto size = std::wcrtomb(bytes.data(), static_cast<wchar_t>(code), &state);
    if (code < L' ' || size == static_cast<std::size_t>(-1))
        return std::nullopt;
    return Key{Key::Kind::character, std::string(bytes.data(), size)};
}

attr_t attributes(Line::Style style) {
    switch (style) {
    case Line::Style::strong:
        return A_BOLD;
    case Line::Style::title:
        return A_REVERSE;
    case Line::Style::selected:
        return A_STANDOUT | A_BOLD;
    case Line::Style::plain:
        break;
    }
    return A_NORMAL;
}

// The kernel may tell it twice, and after the terminal said so itself. What comes after
// the mask is given back would end the program before it has cleaned up.
void forget_hangups() {
    std::signal(SIGHUP, SIG_IGN);
}

// Blocks what it handles, and gives back the mask last.
class HeldSignals {
public:
    HeldSignals() {
        const auto set = handled_signals();
        ::sigprocmask(SIG_BLOCK, &set, &outer_);
    }
    ~HeldSignals() { ::sigprocmask(SIG_SETMASK, &outer_, nullptr); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

private:
    sigset_t outer_;
};

class CursesScreen final : public Screen {
public:
    static Result<std::unique_ptr<Screen>> open(std::string_view name) {
        auto held = std::make_unique<HeldSignals>();
        const auto set = handled_signals();
        Descriptor signals(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
        if (signals.number() < 0)
            return system_error("cannot wait for signals", errno);
        // initscr() would end the program where it fails.
        auto* screen = ::newterm(nullptr, stdout, stdin);
        if (screen == nullptr)
            return Error{.message =
                             fmt::format("nothing is known of a terminal \"{}\" (TERM)", name),
                         .hint = batch_hint};
        std::unique_ptr<CursesScreen> made(
            new CursesScreen(std::move(held), std::move(signals), screen));
        if (!can_place_cursor())
            return Error{.message =
                             fmt::format("a terminal \"{}\" (TERM) can't place its cursor", name),
                         .hint = batch_hint};
        return std::unique_ptr<Screen>(std::move(made));
    }
    ~CursesScreen() override {
        ::endwin();
        ::delscreen(screen_);
    }

    [[nodiscard]] ScreenSize size() const override {
        return {static_cast<std::size_t>(COLS), static_cast<std::size_t>(LINES)};
    }

    void show(const std::vector<Line>& lines) override {
        ::erase();
        int at = 0;
        for (const auto& line : lines) {
            ::attrset(static_cast<int>(attributes(line.style)));
            ::mvaddstr(at++, 0, line.text.c_str());
        }
        ::attrset(static_cast<int>(A_NORMAL));
        ::refresh();
    }

    Result<ScreenInput> wait(std::optional<TimePoint> deadline) override {
        for (;;) {
            // What was read already does not make the terminal readable.
            if (auto key = next_key())
                return ScreenInput{ScreenInput::Kind::key, std::move(*key)};
            std::array<pollfd, 2> entries{
                {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                 {.fd = signals_.number(), .events = POLLIN, .revents = 0}}};
            const auto left = deadline ? time_left(*deadline) : timespec{};
            const int ready =
                ::ppoll(entries.data(), entries.size(), deadline ? &left : nullptr, nullptr);
            if (ready == 0)
                return ScreenInput{ScreenInput::Kind::due};
            if (ready < 0 && errno != EINTR)
                return system_error("cannot wait for the terminal", errno);
            if (ready < 0 || entries[1].revents != 0) // stopped and continued, or a signal
                return ScreenInput{take_signals() ? ScreenInput::Kind::stop
                                                  : ScreenInput::Kind::resized};
            if ((entries[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
                forget_hangups();
                return ScreenInput{ScreenInput::Kind::stop}; // the terminal is gone
            }
        }
    }

private:
    CursesScreen(std::unique_ptr<HeldSignals> held, Descriptor signals, SCREEN* screen)
        : held_(std::move(held)), signals_(std::move(signals)), screen_(screen) {
        ::cbreak();
        ::noecho();
        ::nonl();
        ::curs_set(0);
        ::set_escdelay(escape_delay_ms);
        ::keypad(stdscr, TRUE);
        ::nodelay(stdscr, TRUE);
    }

    static std::optional<Key> next_key() {
        std::wint_t code = 0;
        for (;;) {
            const int got = ::get_wch(&code);
            if (got == ERR)
                return std::nullopt;
            if (got != KEY_CODE_YES) {
                if (auto key = character_key(code))
                    return key;
            } else if (const auto kind = function_key(code)) {
                return Key{*kind};
            }
        }
    }

    // True: one of those that end the program. The size is looked at either way.
    [[nodiscard]] bool take_signals() const {
        bool stop = false;
        signalfd_siginfo info{};
        while (::read(signals_.number(), &info, sizeof(info)) == sizeof(info)) {
            stop = stop || info.ssi_signo != SIGWINCH;
            if (info.ssi_signo == SIGHUP)
                forget_hangups();
        }
        winsize size{};
        if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
            ::resizeterm(size.ws_row, size.ws_col);
        return stop;
    }

    std::unique_ptr<HeldSignals> held_; // first, so that it goes last
    Descriptor signals_;
    SCREEN* screen_;
};

} // namespace

Result<std::unique_ptr<Screen>> open_curses_screen() {
    if (::isatty(STDIN_FILENO) != 1)
        return Error{.message = "the standard input is no terminal, so there are no keys",
                     .hint = batch_hint};
    // Only the encoding: numbers are the same everywhere.
    std::setlocale(LC_CTYPE, "");
    const char* name = std::getenv("TERM");
    if (name == nullptr || *name == '\0')
        return Error{.message = "TERM is not set: what can this terminal do?", .hint = batch_hint};
    return CursesScreen::open(name);
}

} // namespace kmemcgd
