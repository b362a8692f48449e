// SPDX-License-Identifier: GPL-2.0-only
#include "client/mnl_transport.hpp"

#include "client/connection.hpp"
#include "client/system.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <libmnl/libmnl.h>
#include <poll.h>

namespace kmemcgd {
namespace {

// The kernel fills dump messages up to what the reader offers, 32 KiB at most.
constexpr std::size_t receive_buffer_bytes = 64 * 1024;
// A burst of events must fit while we print.
constexpr int socket_buffer_bytes = 1024 * 1024;

volatile std::sig_atomic_t interrupted = 0;
int guards = 0;
sigset_t outer_mask;
struct sigaction outer_int;
struct sigaction outer_term;

void note_interrupt(int /*signal*/) {
    interrupted = 1;
}

sigset_t interrupts() {
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    return both;
}

// For ppoll() looks at the socket first: while datagrams come faster than they are
// read, it never gets to a signal.
bool is_interrupted() {
    const sigset_t both = interrupts();
    const timespec at_once{};
    if (::sigtimedwait(&both, nullptr, &at_once) > 0)
        interrupted = 1; // for the next wait as well, as the handler does
    return interrupted != 0;
}

struct SocketCloser {
    void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using Socket = std::unique_ptr<mnl_socket, SocketCloser>;

class MnlTransport final : public Transport {
public:
    explicit MnlTransport(Socket socket) : socket_(std::move(socket)) {}

    Status send(std::span<const std::byte> datagram) override {
        if (mnl_socket_sendto(socket_.get(), datagram.data(), datagram.size()) < 0)
            return system_error("cannot send to the kernel", errno);
        return success();
    }

    Status join(std::uint32_t group) override {
        int value = static_cast<int>(group);
        if (mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &value, sizeof(value)) < 0)
            return kernel_error(errno, "cannot join the event group");
        return success();
    }

    Result<Received> receive(std::optional<TimePoint> deadline) override {
        return receive(deadline, guards > 0);
    }

    // Signals stay blocked, and pending for the next receive().
    Result<Received> receive_answer(TimePoint deadline) override {
        return receive(deadline, false);
    }

private:
    Result<Received> receive(std::optional<TimePoint> deadline, bool interruptible) {
        for (;;) {
            auto waited = wait(deadline, interruptible);
            if (!waited || waited->arrival != Arrival::datagram)
                return waited;
            const auto size = mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
            if (size >= 0)
                return Received{Arrival::datagram,
                                std::span(buffer_).first(static_cast<std::size_t>(size))};
            if (errno == ENOBUFS)
                return Received{Arrival::lost, {}};
            if (errno != EINTR && errno != EAGAIN)
                return system_error("cannot receive from the kernel", errno);
        }
    }

    Result<Received> wait(std::optional<TimePoint> deadline, bool interruptible) {
        if (interruptible && is_interrupted())
            return Received{Arrival::interrupted, {}};
        pollfd entry{.fd = mnl_socket_get_fd(socket_.get()), .events = POLLIN, .revents = 0};
        const auto left = deadline ? time_left(*deadline) : timespec{};
        const int ready =
            ::ppoll(&entry, 1, deadline ? &left : nullptr, interruptible ? &outer_mask : nullptr);
        if (ready > 0)
            return Received{Arrival::datagram, {}};
        if (ready == 0)
            return Received{Arrival::timed_out, {}};
        if (errno != EINTR)
            return system_error("cannot wait for the kernel", errno);
        return wait(deadline, interruptible);
    }

    Socket socket_;
    std::array<std::byte, receive_buffer_bytes> buffer_{};
};

} // namespace

Result<std::unique_ptr<Transport>> open_mnl_transport() {
    Socket socket(mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC));
    if (!socket)
        return system_error("cannot open a netlink socket", errno);
    if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return system_error("cannot bind the netlink socket", errno);
    // All three only improve messages and buffering; kernels without them work.
    int on = 1;
    (void)mnl_socket_setsockopt(socket.get(), NETLINK_EXT_ACK, &on, sizeof(on));
    (void)mnl_socket_setsockopt(socket.get(), NETLINK_CAP_ACK, &on, sizeof(on));
    int size = socket_buffer_bytes;
    const int fd = mnl_socket_get_fd(socket.get());
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
        (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    return std::unique_ptr<Transport>(std::make_unique<MnlTransport>(std::move(socket)));
}

InterruptGuard::InterruptGuard() {
    if (guards++ > 0)
        return;
    interrupted = 0;
    const sigset_t both = interrupts();
    ::sigprocmask(SIG_BLOCK, &both, &outer_mask);
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    ::sigaction(SIGINT, &action, &outer_int);
    ::sigaction(SIGTERM, &action, &outer_term);
}

InterruptGuard::~InterruptGuard() {
    if (--guards > 0)
        return;
    ::sigaction(SIGINT, &outer_int, nullptr);
    ::sigaction(SIGTERM, &outer_term, nullptr);
    ::sigprocmask(SIG_SETMASK, &outer_mask, nullptr);
}

} // namespace kmemcgd
