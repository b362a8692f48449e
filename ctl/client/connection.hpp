// SPDX-License-Identifier: GPL-2.0-only
// One question and its answers over generic netlink: sequence numbers, acks,
// ends of dumps, and the kernel's errors with what it says about them.
#pragma once

#include "client/attributes.hpp"
#include "client/transport.hpp"

#include <array>
#include <functional>

#include <linux/netlink.h>

namespace kmemcgd {

// A generic netlink message; the bytes belong to whoever received it.
struct Message {
    std::uint16_t family = 0;
    std::uint8_t command = 0;
    std::uint8_t version = 0;
    Bytes attributes;
};

class Request {
public:
    enum class Kind { ask, dump };

    Request(std::uint16_t family, std::uint8_t command, std::uint8_t version,
            Kind kind = Kind::ask);

    Request& put_u32(std::uint16_t type, std::uint32_t value);
    Request& put_u64(std::uint16_t type, std::uint64_t value);
    Request& put_string(std::uint16_t type, const std::string& value);

    void set_sequence(std::uint32_t sequence);
    [[nodiscard]] Bytes bytes() const;
    // The type of the attribute at that offset: the kernel names them so.
    [[nodiscard]] std::optional<std::uint16_t> attribute_at(std::size_t offset) const;

private:
    [[nodiscard]] nlmsghdr* header();

    // Every request that we make is far below this.
    alignas(nlmsghdr) std::array<std::byte, 1024> buffer_{};
};

// Splits a datagram; `each` gets the header and the payload behind it.
Status for_each_message(Bytes datagram,
                        const std::function<Status(const nlmsghdr&, Bytes payload)>& each);
Result<Message> generic_message(const nlmsghdr& header, Bytes payload);

class Connection {
public:
    using Handler = std::function<Status(const Message&)>;
    struct Outcome {
        bool dump_interrupted = false; // things changed while they were dumped
    };

    Connection(std::unique_ptr<Transport> transport, const Clock& clock)
        : transport_(std::move(transport)), clock_(&clock) {}

    Result<Outcome> exchange(Request& request, const Handler& handler);

private:
    struct Progress {
        bool done = false;
        Outcome outcome;
    };
    Status handle(const Request& request, const nlmsghdr& header, Bytes payload,
                  const Handler& handler, Progress& progress) const;

    std::unique_ptr<Transport> transport_;
    const Clock* clock_;
    std::uint32_t sequence_ = 0;
};

// The kernel's refusal in words; `said` is its extended ack, if there was one.
Error kernel_error(int error_number, const std::string& said);

} // namespace kmemcgd
