// SPDX-License-Identifier: GPL-2.0-only
// The one door to the kernel: datagrams out, datagrams in. Unit tests put a
// fake kernel behind it, so that no test needs root or the module.
#pragma once

#include "client/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace kmemcgd {

using TimePoint = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimePoint now() const = 0;
    [[nodiscard]] virtual WallTime wall_now() const = 0;
};

enum class Arrival {
    datagram,
    timed_out,
    lost,        // the receive buffer overflowed: events are missing
    interrupted, // SIGINT or SIGTERM
};

struct Received {
    Arrival arrival = Arrival::timed_out;
    std::span<const std::byte> bytes; // valid until the next receive()
};

class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    virtual Status send(std::span<const std::byte> datagram) = 0;
    // Ends with an interrupt as well.
    virtual Result<Received> receive(std::optional<TimePoint> deadline) = 0;
    // Does not: who is interrupted has to know what became of his request, and may have
    // others to make before he goes.
    virtual Result<Received> receive_answer(TimePoint deadline) { return receive(deadline); }
    virtual Status join(std::uint32_t group) = 0;
};

using OpenTransport = std::function<Result<std::unique_ptr<Transport>>()>;

} // namespace kmemcgd
