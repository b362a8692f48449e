// SPDX-License-Identifier: GPL-2.0-only
// Whether the host can bear that pages are moved now.
#pragma once

#include "client/transport.hpp"
#include "frag/relief.hpp"
#include "host/load.hpp"

namespace kmemcgd {

// What we add to the kernel's 1 minute average ourselves: it moves towards what runs by
// a factor e each minute.
class OwnLoad {
public:
    double at(TimePoint now, bool running);

private:
    std::optional<TimePoint> looked_;
    bool running_ = false;
    double load_ = 0;
};

class BusyGate {
public:
    BusyGate(std::filesystem::path root, const ReliefLimits& limits)
        : root_(std::move(root)), limits_(limits) {}

    // Why not; nothing: it can. `compacting`: our own compaction runs.
    std::optional<std::string> busy(TimePoint now, bool compacting);
    // What of it this kernel does not tell; empty: all is known.
    [[nodiscard]] static std::string unknown(const HostLoad& load);
    [[nodiscard]] std::string unknown() const { return unknown(read_host_load(root_)); }

private:
    std::filesystem::path root_;
    ReliefLimits limits_;
    OwnLoad own_;
};

} // namespace kmemcgd
