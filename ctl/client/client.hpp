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
    std::optional<std::uint32_t> watermarks_group;
};

template <class T>
struct Listing {
    std::vector<T> entries;
    bool interrupted = false; // things changed during each of the attempts
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
    // The pass to wait for. `capped`: under the CPU cap, as if nobody had asked.
    Result<std::uint64_t> reap(std::optional<std::uint64_t> id, bool capped);

    Result<Listing<Memcg>> memcgs(const MemcgFilter& filter);

    // Without an id: the host's default.
    using PolicyId = std::optional<std::uint64_t>;
    Result<WatermarkPolicy> policy(PolicyId id);
    Result<WatermarkPolicy> set_policy(PolicyId id, const WatermarkChange& change);
    Result<WatermarkPolicy> delete_policy(PolicyId id);
    Result<Listing<WatermarkPolicy>> policies();
    Result<Watch> watch(std::uint64_t id);
    Result<Listing<Watch>> watches();

    Result<Qos> qos(std::uint64_t id);
    Result<Qos> set_qos(std::uint64_t id, const QosChange& change);
    Result<Qos> delete_qos(std::uint64_t id);
    Result<Listing<Qos>> classes(); // every memcg that has one
    Result<Pressure> pressure();

private:
    Client(Connection connection, Family family)
        : connection_(std::move(connection)), family_(family) {}

    template <class T>
    Result<T> ask(Request& request, Result<T> (*decode)(Bytes));
    template <class T>
    Result<Listing<T>> dump(Request& request, Result<T> (*decode)(Bytes));
    Result<WatermarkPolicy> ask_policy(std::uint8_t command, PolicyId id,
                                       const WatermarkChange& change);
    Result<Qos> ask_qos(std::uint8_t command, std::uint64_t id, const QosChange& change);
    [[nodiscard]] Error explain_watermark_error(Error error) const;
    [[nodiscard]] Error explain_qos_error(Error error) const;
    [[nodiscard]] Error module_lacks(std::string_view what, const Error& error) const;
    [[nodiscard]] Request request(std::uint8_t command,
                                  Request::Kind kind = Request::Kind::ask) const;

    Connection connection_;
    Family family_;
    Info info_;
};

} // namespace kmemcgd
