// SPDX-License-Identifier: GPL-2.0-only
// The protocol's commands as typed calls.
#pragma once

#include "client/connection.hpp"
#include "client/types.hpp"

#include <functional>
#include <span>

namespace kmemcgd {

struct Family {
    std::uint16_t id = 0;
    std::uint32_t version = 0;
    std::optional<std::uint32_t> events_group;
};

class Client {
public:
    // Resolves the family and checks that both sides speak the same protocol.
    static Result<Client> connect(std::unique_ptr<Transport> transport, const Clock& clock);

    [[nodiscard]] const Family& family() const { return family_; }
    [[nodiscard]] const Info& info() const { return info_; }

    Result<Config> config();
    Result<Config> set_config(std::span<const ConfigChange> changes);
    Result<Memcg> memcg(std::uint64_t id);
    Result<Stats> stats();
    Result<Stats> reset_stats();
    Result<std::uint64_t> reap(std::optional<std::uint64_t> id); // the pass to wait for

    struct MemcgList {
        std::vector<Memcg> memcgs;
        bool interrupted = false; // things changed during each of the attempts
    };
    Result<MemcgList> memcgs(const MemcgFilter& filter);

private:
    Client(Connection connection, Family family)
        : connection_(std::move(connection)), family_(family) {}

    template <class T>
    Result<T> ask(Request& request, Result<T> (*decode)(Bytes));
    [[nodiscard]] Request request(std::uint8_t command,
                                  Request::Kind kind = Request::Kind::ask) const;

    Connection connection_;
    Family family_;
    Info info_;
};

} // namespace kmemcgd
