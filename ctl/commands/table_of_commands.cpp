// SPDX-License-Identifier: GPL-2.0-only
#include "commands/command.hpp"

namespace kmemcgd {
namespace {

constexpr Command table[] = {
    {"status", "what is going on, what is wrong, and what to do about it", add_status},
    {"doctor", "what is wrong on this host, also without the module", add_doctor},
    {"zombies", "list, reap or watch offline memcgs that are still there", add_zombies},
    {"memcg", "show one memcg", add_memcg},
    {"watermark", "reclaim from cgroups before they reach their limit", add_watermark},
    {"qos", "who gives memory first when the node runs short", add_qos},
    {"pressure", "whether free memory is short, and what was taken from whom", add_pressure},
    {"frag", "fragmented memory: which large blocks can be had, and having more", add_frag},
    {"top", "memory cgroups by usage, headroom and fill rate, live", add_top},
    {"policy", "tunables, watermarks and classes from a file, for a whole host", add_policy},
    {"controller", "the daemon: keep a host at what the policy file says", add_controller},
    {"config", "show or set the tunables", add_config},
    {"stats", "show or reset all counters and histograms", add_stats},
    {"metrics", "all metrics once, in the format of Prometheus", add_metrics},
    {"monitor", "print events as they come", add_monitor},
    {"features", "what the module can do on this kernel, and why not", add_features},
    {"version", "versions of kmemcgctl, the module and the protocol", add_version},
    {"help", "help on a command", add_help},
};

} // namespace

std::span<const Command> commands() {
    return table;
}

} // namespace kmemcgd
