// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/server.hpp"

#include "client/descriptor.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <exception>
#include <netinet/in.h>
#include <prometheus/exposer.h>

#include <fmt/format.h>
#include <sys/socket.h>

namespace kmemcgd {
namespace {

// One answers while another is held up by a client that is slow.
constexpr auto threads = "2";
constexpr auto request_timeout_ms = "5000";

Error cannot_listen(const ListenAddress& address, const std::string& why, int number) {
    const auto hint = [&]() -> std::string {
        switch (number) {
        case EADDRINUSE:
            return fmt::format("another program has that port (ss -ltnp 'sport = :{}'): stop it, "
                               "or choose another",
                               address.port);
        case EADDRNOTAVAIL:
            return "this host has no such address (ip address)";
        case EACCES:
            return "ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one";
        default:
            return {};
        }
    }();
    return Error{.message = fmt::format("cannot serve metrics on {}: {}", address.text(), why),
                 .hint = hint,
                 .error_number = number};
}

// The library does not tell why it can't: so it is tried here first, and given back.
Status try_to_listen(const ListenAddress& address) {
    const auto failed = [&] { return cannot_listen(address, std::strerror(errno), errno); };
    const Descriptor socket(
        ::socket(address.ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.number() < 0)
        return failed();
    const int yes = 1;
    // As the library does: a port that was in use until a moment ago is free.
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    int bound = -1;
    if (address.ipv6) {
        sockaddr_in6 where{};
        where.sin6_family = AF_INET6;
        where.sin6_port = htons(address.port);
        ::inet_pton(AF_INET6, address.host.c_str(), &where.sin6_addr);
        bound = ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&where), sizeof(where));
    } else {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(address.port);
        ::inet_pton(AF_INET, address.host.c_str(), &where.sin_addr);
        bound = ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&where), sizeof(where));
    }
    if (bound < 0 || ::listen(socket.number(), 1) < 0)
        return failed();
    return success();
}

class HttpServer final : public MetricsServer {
public:
    HttpServer(const ListenAddress& address,
               const std::shared_ptr<prometheus::Collectable>& collectable)
        : exposer_({"listening_ports", address.text(), "num_threads", threads, "request_timeout_ms",
                    request_timeout_ms}) {
        exposer_.RegisterCollectable(collectable);
    }

private:
    prometheus::Exposer exposer_;
};

} // namespace

Result<std::unique_ptr<MetricsServer>>
open_http_server(const ListenAddress& address,
                 const std::shared_ptr<prometheus::Collectable>& collectable) {
    if (auto possible = try_to_listen(address); !possible)
        return possible.error();
    try {
        return std::unique_ptr<MetricsServer>(std::make_unique<HttpServer>(address, collectable));
    } catch (const std::exception& failure) {
        return cannot_listen(address, failure.what(), 0);
    }
}

} // namespace kmemcgd
