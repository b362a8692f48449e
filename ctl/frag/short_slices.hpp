// SPDX-License-Identifier: GPL-2.0-only
// Keeps the time slices of a task at nice 19 short.
#pragma once

#include <string_view>
#include <thread>

#include <sys/types.h>

namespace kmemcgd {

// A task at nice 19 gets few slices, but none of them ends before the next tick, 4 ms away
// with Debian's CONFIG_HZ=250: for so long it stands before the task that it was picked
// instead of, while that one is in the middle of a page fault as well as anywhere else.
// When a task of normal priority wakes up there, the scheduler picks again, and by then has
// it that the one at nice 19 has had more than its share. So a thread wakes up every half a
// millisecond, on the CPU where the task is, and does nothing else. docs/benchmarks.md says
// what it makes of the longest page fault. Signals are blocked in it as in the thread that
// makes it.
class ShortSlices {
public:
    // Of the process `of`, until this goes, which takes half a millisecond.
    explicit ShortSlices(pid_t of);

private:
    std::jthread thread_;
};

// The CPU that a task was last on, by the text of its /proc/PID/stat; negative: unknown.
int last_cpu(std::string_view stat);

} // namespace kmemcgd
