// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "client/transport.hpp"

namespace kmemcgd {

Result<std::unique_ptr<Transport>> open_mnl_transport();

class SystemClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
    [[nodiscard]] WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

// While one of these lives, SIGINT and SIGTERM end a receive() with
// Arrival::interrupted instead of ending the program, and each one after that. They stay
// blocked outside of receive(), so that none is lost between a check and the wait.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
};

} // namespace kmemcgd
