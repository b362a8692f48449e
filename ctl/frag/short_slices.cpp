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
#include <sys/resource.h>
#include <unistd.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

constexpr auto nap = 250us;
// The scheduler moves a task rarely, and to look costs more than to wake up.
constexpr unsigned naps_per_look = 40;
constexpr pid_t over = -1;
constexpr int lowest_priority = 19;
constexpr int normal_priority = 0;

// False: it is over, though nobody may have waited for it yet.
bool follow(pid_t task) {
    const auto stat = read_text_file(fmt::format("/proc/{}/stat", task));
    if (!stat || is_dead(*stat))
        return false;
    const auto cpu = last_cpu(*stat);
    if (cpu < 0 || cpu >= CPU_SETSIZE)
        return true;
    cpu_set_t where;
    CPU_ZERO(&where);
    CPU_SET(static_cast<std::size_t>(cpu), &where);
    // Where this may not run it stays as it is.
    (void)::sched_setaffinity(0, sizeof where, &where);
    return true;
}

// The name stands between parentheses, and may have some itself: proc(5). From the blank
// behind it on, or nothing.
std::string_view behind_name(std::string_view stat) {
    const auto name_end = stat.rfind(')');
    return name_end == std::string_view::npos ? std::string_view{} : stat.substr(name_end + 1);
}

} // namespace

bool is_dead(std::string_view stat) {
    stat = behind_name(stat);
    return stat.starts_with(" Z") || stat.starts_with(" X");
}

int last_cpu(std::string_view stat) {
    // The third field comes behind the name, the CPU is the 39th.
    constexpr int fields = 39 - 2;
    stat = behind_name(stat);
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

ShortSlices::ShortSlices() {
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
        // No more threads are allowed: the task does its work as well without.
    }
}

ShortSlices::~ShortSlices() {
    of(over);
    if (thread_.joinable())
        thread_.join();
}

void ShortSlices::of(pid_t task) {
    task_ = task;
    task_.notify_one();
}

void ShortSlices::run() {
    // Who was started at a nice value of more has less priority than what this is to
    // interrupt may have. Where that can't be helped, by who has no CAP_SYS_NICE, there is
    // nothing either that he may compact.
    if (::getpriority(PRIO_PROCESS, 0) > normal_priority)
        ::setpriority(PRIO_PROCESS, 0, normal_priority);
    // The default is 50 us later, and together with others.
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    pid_t followed = 0;
    for (unsigned naps = 0;; ++naps) {
        task_.wait(0);
        const auto task = task_.load();
        if (task == over)
            return;
        if (task == 0) // again, meanwhile
            continue;
        if ((task != followed || naps % naps_per_look == 0) && !follow(task)) {
            auto gone = task;
            task_.compare_exchange_strong(gone, 0); // unless there is another by now
            followed = 0;
            continue;
        }
        followed = task;
        std::this_thread::sleep_for(nap);
    }
}

ShortSlices::Here::Here(ShortSlices* slices) : slices_(slices) {
    if (slices_ == nullptr)
        return;
    slices_->of(::gettid());
    // Who wakes up just after this task did does not get the CPU from it, and the first nap
    // would begin at the next tick only.
    ::sched_yield();
}

ShortSlices::Here::~Here() {
    if (slices_ != nullptr)
        slices_->of(0);
}

void take_lowest_priority() {
    // Linux has a nice value for each thread.
    ::setpriority(PRIO_PROCESS, 0, lowest_priority);
}

std::unique_ptr<ShortSlices> go_to_background(bool is_process) {
    if (!is_process)
        return nullptr;
    auto short_slices = std::make_unique<ShortSlices>(); // first: it keeps its priority
    take_lowest_priority();
    return short_slices;
}

} // namespace kmemcgd
