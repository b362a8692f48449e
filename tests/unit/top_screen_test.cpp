// SPDX-License-Identifier: GPL-2.0-only
// "kmemcgctl top" as it is built, on a pseudo terminal: what it draws, what keys and
// signals do, and that the terminal is afterwards as it was.
#include "temporary_directory.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>

#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto leave_screen = "\033[?1049l";
constexpr auto enter_screen = "\033[?1049h";
constexpr auto patience = 60s; // for a machine that is busy

class TopScreen : public ::testing::Test {
protected:
    TopScreen() {
        cgroup("/web", 8);
        cgroup("/jobs", 4);
        cgroup("/" + long_name, 2);
        std::ofstream(root + "/cgroup.controllers") << "memory\n";
    }
    ~TopScreen() override {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
        hang_up();
    }

    void cgroup(const std::string& path, int mib) const {
        std::filesystem::create_directories(root + path);
        std::ofstream(root + path + "/memory.current") << (mib << 20) << '\n';
    }

    void start(const std::vector<std::string>& environment = {"TERM=xterm", "LC_ALL=C.UTF-8"},
               unsigned short columns = 60, unsigned short lines = 12) {
        const winsize size{.ws_row = lines, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
        ASSERT_EQ(::openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
        ASSERT_EQ(::tcgetattr(slave_, &before_), 0);
        std::vector<std::string> words = {KMEMCGCTL_PROGRAM, "--cgroup-root", root, "top",
                                          "--interval",      "100ms"};
        auto variables = environment;
        std::vector<char*> arguments;
        std::vector<char*> variable_list;
        for (auto& word : words)
            arguments.push_back(word.data());
        for (auto& variable : variables)
            variable_list.push_back(variable.data());
        arguments.push_back(nullptr);
        variable_list.push_back(nullptr);
        child_ = ::fork();
        ASSERT_GE(child_, 0);
        if (child_ == 0) {
            ::close(master_);
            ::login_tty(slave_);
            ::execve(arguments.front(), arguments.data(), variable_list.data());
            ::_exit(127);
        }
    }

    void type(std::string_view keys) const {
        ASSERT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    }

    // What came since the last call, up to and with the text.
    std::string until(std::string_view text) {
        std::string came;
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end) {
            const auto at = output_.find(text);
            if (at != std::string::npos) {
                came = output_.substr(0, at + text.size());
                output_.erase(0, at + text.size());
                return came;
            }
            if (!read_some(100))
                break;
        }
        ADD_FAILURE() << "\"" << text << "\" did not come, but: " << output_;
        return output_;
    }

    bool read_some(int timeout_ms) {
        pollfd entry{.fd = master_, .events = POLLIN, .revents = 0};
        if (::poll(&entry, 1, timeout_ms) <= 0)
            return true;
        std::array<char, 4096> part;
        const auto size = ::read(master_, part.data(), part.size());
        if (size <= 0)
            return false;
        output_.append(part.data(), static_cast<std::size_t>(size));
        return true;
    }

    // The exit code, and all that was written; -1 if a signal ended it.
    int wait() {
        int status = 0;
        const auto end = std::chrono::steady_clock::now() + patience;
        while (::waitpid(child_, &status, WNOHANG) == 0) {
            if (std::chrono::steady_clock::now() > end) {
                ADD_FAILURE() << "it does not end";
                return -2;
            }
            if (master_ >= 0)
                read_some(20);
            else
                ::usleep(20'000);
        }
        child_ = -1;
        while (master_ >= 0) {
            const auto before = output_.size();
            if (!read_some(0) || output_.size() == before)
                break;
        }
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    void expect_restored() const {
        EXPECT_THAT(output_, HasSubstr(leave_screen));
        EXPECT_THAT(output_, HasSubstr("\033[?25h")); // the cursor
        termios after{};
        ASSERT_EQ(::tcgetattr(slave_, &after), 0);
        EXPECT_EQ(after.c_lflag, before_.c_lflag);
        EXPECT_EQ(after.c_iflag, before_.c_iflag);
        EXPECT_EQ(after.c_oflag, before_.c_oflag);
    }

    void resize(unsigned short columns, unsigned short lines) const {
        const winsize size{.ws_row = lines, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
        ASSERT_EQ(::ioctl(master_, TIOCSWINSZ, &size), 0);
    }

    void hang_up() {
        for (int* end : {&slave_, &master_}) {
            if (*end >= 0)
                ::close(*end);
            *end = -1;
        }
    }

    TemporaryDirectory directory;
    const std::string& root = directory.path();
    const std::string long_name = std::string(50, 'x') + "-end";
    std::string output_;
    int master_ = -1;
    int slave_ = -1;
    pid_t child_ = -1;
    termios before_{};
};

TEST_F(TopScreen, DrawsAndQuits) {
    start();
    const auto drawn = until("-end");
    EXPECT_THAT(drawn, HasSubstr(enter_screen));
    EXPECT_THAT(drawn, HasSubstr("3 of 3 cgroups"));
    EXPECT_THAT(drawn, HasSubstr("CGROUP"));
    EXPECT_THAT(drawn, HasSubstr("8.0 MiB"));
    termios raw{};
    ASSERT_EQ(::tcgetattr(slave_, &raw), 0);
    EXPECT_NE(raw.c_lflag, before_.c_lflag);
    type("q");
    EXPECT_EQ(wait(), 0);
    expect_restored();
}

TEST_F(TopScreen, FollowsWhatChanges) {
    start();
    until("-end");
    cgroup("/new-one", 16);
    until("new-one"); // its slash may be there already
    std::filesystem::remove_all(root + "/new-one");
    type("q");
    EXPECT_EQ(wait(), 0);
}

TEST_F(TopScreen, Filters) {
    start();
    until("-end");
    type("/");
    until("filter: _");
    type("jo\r");
    until("filter jo");
    type("/");
    type("\033"); // ESC: as before
    type("?");
    until("up, down");
    type("xq");
    EXPECT_EQ(wait(), 0);
    expect_restored();
}

TEST_F(TopScreen, FunctionKeysAreKnown) {
    start();
    until("-end");
    type("\033OC"); // right, as xterm sends it in this mode
    until("LIMIT");
    type("\033OD\033OB\033OA\033[5~\033[6~");
    type("q");
    EXPECT_EQ(wait(), 0);
}

TEST_F(TopScreen, ResizesAndIsDrawnAnew) {
    start();
    const auto small = until("-end");
    EXPECT_THAT(small, Not(HasSubstr(long_name)));
    resize(130, 20);
    until("/" + long_name);
    resize(20, 5);
    until("..");
    resize(1, 1);
    resize(60, 12);
    until("3 of 3 cgroups");
    type("q");
    EXPECT_EQ(wait(), 0);
    expect_restored();
}

TEST_F(TopScreen, SignalsRestoreTheTerminal) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
        start();
        until("-end");
        ::kill(child_, signal);
        EXPECT_EQ(wait(), 0) << ::strsignal(signal);
        expect_restored();
        output_.clear();
        hang_up();
    }
    start();
    until("-end");
    type("\003");
    EXPECT_EQ(wait(), 0);
    expect_restored();
}

TEST_F(TopScreen, EndsWhenTheTerminalIsGone) {
    start();
    until("-end");
    hang_up();
    EXPECT_EQ(wait(), 0);
}

TEST_F(TopScreen, NamesCannotControlTheTerminal) {
    cgroup("/evil\033[2J\xc2\x9b", 99);
    start();
    const auto drawn = until("/evil\\x1b[2J\\xc2\\x9b");
    EXPECT_THAT(drawn, Not(HasSubstr("evil\033")));
    type("q");
    EXPECT_EQ(wait(), 0);
    EXPECT_THAT(output_, Not(HasSubstr("evil\033")));
}

TEST_F(TopScreen, ALocaleWithoutUtf8EscapesWhatItLacks) {
    cgroup("/\xc3\xa4", 99);
    start({"TERM=xterm", "LC_ALL=C"});
    until("/\\xc3\\xa4");
    type("q");
    EXPECT_EQ(wait(), 0);
    hang_up();
    output_.clear();
    start();
    until("/\xc3\xa4");
    type("q");
    EXPECT_EQ(wait(), 0);
}

TEST_F(TopScreen, ATerminalThatCannotIsAnErrorWithAHint) {
    for (const auto* term : {"TERM=dumb", "TERM=", "TERM=no-such-terminal", "NOT_TERM=1"}) {
        start({term});
        EXPECT_EQ(wait(), 1) << term;
        EXPECT_THAT(output_, HasSubstr("TERM")) << term;
        EXPECT_THAT(output_, HasSubstr("kmemcgctl top --batch")) << term;
        EXPECT_THAT(output_, Not(HasSubstr(enter_screen))) << term;
        termios after{};
        ASSERT_EQ(::tcgetattr(slave_, &after), 0);
        EXPECT_EQ(after.c_lflag, before_.c_lflag) << term;
        output_.clear();
        hang_up();
    }
}

} // namespace
} // namespace kmemcgd
