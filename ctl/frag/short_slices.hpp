// SPDX-License-Identifier: GPL-2.0-only
// Keeps the time slices of a task at nice 19 short.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>
#include <thread>

#include <sys/types.h>

namespace kmemcgd {

// A task at nice 19 gets few slices, but none of them ends before the next tick, 4 ms away
// with Debian's CONFIG_HZ=250: for so long it stands before the task that it was picked
// instead of, while that one is in the middle of a page fault as well as anywhere else.
// When a task of higher priority wakes up there, the scheduler picks again, and by then has
// it that the one at nice 19 has had more than its share. So a thread wakes up every quarter
// of a millisecond, on the CPU where the task is, and does nothing else. docs/benchmarks.md
// says what it makes of the longest page fault.
//
// That thread has the blocked signals of the one that makes it, and normal priority or more,
// also where the whole process was started by nice(1). Without a task it sleeps.
class ShortSlices {
public:
    ShortSlices();
    ShortSlices(const ShortSlices&) = delete;
    ShortSlices& operator=(const ShortSlices&) = delete;
    ~ShortSlices(); // takes a nap of it where there is a task

    // A process or a thread, by its id, instead of the one before; 0: none.
    void of(pid_t task);

    // Those of the calling thread for as long as this lives; nullptr: as they are.
    class Here {
    public:
        explicit Here(ShortSlices* slices);
        Here(const Here&) = delete;
        Here& operator=(const Here&) = delete;
        ~Here();

    private:
        ShortSlices* slices_;
    };

private:
    void run();

    std::atomic<pid_t> task_{0}; // negative: it is over
    std::thread thread_;
};

// Of the calling thread, and for good: only CAP_SYS_NICE gets it back.
void take_lowest_priority();

// The same, and what keeps its slices short from then on, where there is a Here. Nothing, and
// nullptr, unless the process is one of our own.
std::unique_ptr<ShortSlices> go_to_background(bool is_process);

// By the text of a task's /proc/PID/stat: the CPU that it was last on, negative where that is
// unknown; and whether it has ended.
int last_cpu(std::string_view stat);
bool is_dead(std::string_view stat);

} // namespace kmemcgd
