// SPDX-License-Identifier: GPL-2.0-only
#include "client/mnl_transport.hpp"
#include "commands/command.hpp"
#include "controller/linux_waiter.hpp"
#include "top/curses_screen.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <systemd/sd-daemon.h>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

unsigned terminal_columns() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

// Twice as often as the service manager wants to hear.
std::optional<std::chrono::nanoseconds> watchdog() {
    std::uint64_t interval_us = 0;
    if (::sd_watchdog_enabled(0, &interval_us) <= 0)
        return std::nullopt;
    return std::chrono::microseconds(interval_us / 2);
}

// The variable is there as well where a service has put the stream somewhere else.
bool err_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat info {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &info) == 0 &&
           fmt::format("{}:{}", info.st_dev, info.st_ino) == stream;
}

} // namespace

int main(int argc, char** argv) {
    // One heap for all threads: what a scrape of the daemon's metrics gave back serves the
    // next one, whichever thread that is on, and the daemon stays as small as it is.
    ::mallopt(M_ARENA_MAX, 1);
    // Who starts us may ignore it, and then nobody can tell how a child ended.
    (void)std::signal(SIGCHLD, SIG_DFL);
    const kmemcgd::SystemClock clock;
    kmemcgd::World world{.open_transport = kmemcgd::open_mnl_transport,
                         .clock = &clock,
                         .out = &std::cout,
                         .err = &std::cerr,
                         .in = &std::cin,
                         .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                         .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                         .no_colour = std::getenv("NO_COLOR") != nullptr,
                         .columns = terminal_columns(),
                         .open_waiter = kmemcgd::open_linux_waiter,
                         .notify = [](const std::string& state) { ::sd_notify(0, state.c_str()); },
                         .watchdog = watchdog(),
                         .err_is_journal = err_is_journal(),
                         .open_screen = kmemcgd::open_curses_screen,
                         .is_process = true};
    return kmemcgd::run(world, std::vector<std::string>(argv + 1, argv + argc));
}
