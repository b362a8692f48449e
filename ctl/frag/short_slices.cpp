// SPDX-License-Identifier: GPL-2.0-only
#include "frag/short_slices.hpp"

#include "doctor/text_file.hpp"

#include <charconv>
#include <chrono>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

constexpr auto nap = 500us;
// The scheduler moves a task rarely, and to look costs more than to wake up.
constexpr unsigned naps_per_look = 20;

void follow(const std::string& stat_file) {
    const auto stat = read_text_file(stat_file);
    const auto cpu = stat ? last_cpu(*stat) : -1; // or it is over
    if (cpu < 0 || cpu >= CPU_SETSIZE)
        return;
    cpu_set_t where;
    CPU_ZERO(&where);
    CPU_SET(static_cast<std::size_t>(cpu), &where);
    // Where this may not run it stays as it is.
    (void)::sched_setaffinity(0, sizeof where, &where);
}

void wake_up_often(const std::stop_token& stop, pid_t of) {
    // The default is 50 us later, and together with others.
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    const auto stat_file = fmt::format("/proc/{}/stat", of);
    for (unsigned naps = 0; !stop.stop_requested(); ++naps) {
        if (naps % naps_per_look == 0)
            follow(stat_file);
        std::this_thread::sleep_for(nap);
    }
}

} // namespace

int last_cpu(std::string_view stat) {
    // The name stands between parentheses, and may have some itself. The third field comes
    // behind them, the CPU is the 39th: proc(5).
    constexpr int fields = 39 - 2;
    const auto name_end = stat.rfind(')');
    if (name_end == std::string_view::npos)
        return -1;
    stat.remove_prefix(name_end + 1);
    for (int field = 0; field < fields; ++field) {
        const auto space = stat.find(' ');
        if (space == std::string_view::npos)
            return -1;
        stat.remove_prefix(space + 1);
    }
    int cpu = -1;
    const auto parsed = std::from_chars(stat.data(), stat.data() + stat.size(), cpu);
    return parsed.ec == std::errc{} ? cpu : -1;
}

ShortSlices::ShortSlices(pid_t of) {
    try {
        thread_ = std::jthread(wake_up_often, of);
    } catch (const std::system_error&) {
        // No more threads are allowed: the task does its work as well without.
    }
}

} // namespace kmemcgd
