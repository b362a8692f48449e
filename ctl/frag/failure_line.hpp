// SPDX-License-Identifier: GPL-2.0-only
// What a single line of the kernel's log says about an allocation failure. Pure; any text may
// come in, without what logs put in front of it.
#pragma once

#include "frag/failure_log.hpp"

namespace kmemcgd {

// "mysqld: page allocation failure. order:4, mode:0x10c0d0". Linux 4.9 of some distributions
// breaks the line behind the task's name: that is the line before, then.
std::optional<AllocationFailure> parse_failure(std::string_view line, std::string_view before);

// "CPU: 0 PID: 7 Comm: runc Not tainted 3.10.0-514 #1", before 3.10 "Pid: 7, comm: runc ...".
std::optional<KernelVersion> parse_task_version(std::string_view line);

// "Linux version 3.10.0-514.el7.x86_64 (...) ...", the first line of a boot; nothing where it
// is another line.
std::optional<std::string_view> parse_boot(std::string_view line);

// Begins a report of something else, with a Mem-Info of its own.
bool begins_other_report(std::string_view line);

// A namespace's slab cache of nf_conntrack, with an array for all memory cgroups.
bool names_netns_cache(std::string_view line);

// "mems_allowed=0-3", of the task.
std::optional<NodeSet> parse_mems_allowed(std::string_view line);

} // namespace kmemcgd
