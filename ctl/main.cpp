// SPDX-License-Identifier: GPL-2.0-only
#include "client/mnl_transport.hpp"
#include "commands/command.hpp"

#include <cstdlib>
#include <iostream>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

namespace {

unsigned terminal_columns() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

} // namespace

int main(int argc, char** argv) {
    const kmemcgd::SystemClock clock;
    kmemcgd::World world{.open_transport = kmemcgd::open_mnl_transport,
                         .clock = &clock,
                         .out = &std::cout,
                         .err = &std::cerr,
                         .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                         .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                         .no_colour = std::getenv("NO_COLOR") != nullptr,
                         .columns = terminal_columns()};
    return kmemcgd::run(world, std::vector<std::string>(argv + 1, argv + argc));
}
