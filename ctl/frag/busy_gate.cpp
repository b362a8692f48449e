// SPDX-License-Identifier: GPL-2.0-only
#include "frag/busy_gate.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace kmemcgd {

double OwnLoad::at(TimePoint now, bool running) {
    constexpr double period_s = 60;
    if (looked_) {
        const auto seconds = std::chrono::duration<double>(now - *looked_).count();
        const auto kept = std::exp(-seconds / period_s);
        load_ = load_ * kept + (running_ ? 1 - kept : 0);
    }
    looked_ = now;
    running_ = running;
    return load_;
}

std::optional<std::string> BusyGate::busy(TimePoint now, bool compacting) {
    const auto host = read_host_load(root_);
    const auto own = own_.at(now, compacting);
    if (host.memory_psi && *host.memory_psi >= limits_.psi_percent)
        return fmt::format("tasks waited for memory {:.1f} % of the last 10 s, the limit is "
                           "{:.1f} %",
                           *host.memory_psi, limits_.psi_percent);
    if (!host.load && !host.memory_psi)
        return "how busy the host is can't be told: neither /proc/pressure/memory nor "
               "/proc/loadavg can be read";
    if (!host.load)
        return std::nullopt;
    const auto load = std::max(0.0, *host.load - own) / host.cpus;
    if (load < limits_.load_per_cpu)
        return std::nullopt;
    return fmt::format("the load of each CPU is {:.2f}, the limit is {:.2f}", load,
                       limits_.load_per_cpu);
}

std::string BusyGate::unknown(const HostLoad& load) {
    if (!load.memory_psi && !load.load)
        return {}; // then it is busy
    if (!load.memory_psi)
        return "/proc/pressure/memory can't be read (CONFIG_PSI, psi=1): only the load counts";
    return load.load ? "" : "/proc/loadavg can't be read: only memory pressure counts";
}

} // namespace kmemcgd
