// SPDX-License-Identifier: GPL-2.0-only
// A line of the kernel's log, without what the many ways to read it put in front. Pure.
#pragma once

#include <string_view>

namespace kmemcgd {

struct LogLine {
    std::string_view text;
    // Who wrote it, where the log says: "T12" of a task, "C1" of a CPU's interrupt (kernels
    // with CONFIG_PRINTK_CALLER), "c1" (Android). What two CPUs write at once is told apart
    // by it.
    std::string_view caller;
};

// Of syslog and journalctl, dmesg with and without -x, -r, -T, and /dev/kmsg.
LogLine split_log_line(std::string_view line);

} // namespace kmemcgd
