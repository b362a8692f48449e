// SPDX-License-Identifier: GPL-2.0-only
// The module as far as kmemcgctl can see it, in memory: answers requests,
// refuses what it is told to refuse, and delivers events.
#pragma once

#include "client/codec.hpp"
#include "client/config_fields.hpp"
#include "client/connection.hpp"
#include "commands/command.hpp"

#include <cstring>
#include <deque>
#include <map>
#include <sstream>

#include <linux/genetlink.h>

namespace kmemcgd {

class Attrs {
public:
    template <class T>
    Attrs& put(int type, T value) {
        return raw(type, std::as_bytes(std::span{&value, 1}));
    }
    Attrs& text(int type, const std::string& value) {
        return raw(type, std::as_bytes(std::span{value.c_str(), value.size() + 1}));
    }
    Attrs& nest(int type, const Attrs& inner) { return raw(type | NLA_F_NESTED, inner.bytes()); }
    Attrs& raw(int type, Bytes payload) {
        nlattr header{};
        header.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + payload.size());
        header.nla_type = static_cast<std::uint16_t>(type);
        const auto at = bytes_.size();
        bytes_.resize(at + static_cast<std::size_t>(NLA_ALIGN(header.nla_len)));
        std::memcpy(&bytes_[at], &header, sizeof(header));
        if (!payload.empty())
            std::memcpy(&bytes_[at + NLA_HDRLEN], payload.data(), payload.size());
        return *this;
    }
    [[nodiscard]] Bytes bytes() const { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

class FakeClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override { return time; }
    [[nodiscard]] WallTime wall_now() const override {
        return WallTime(std::chrono::duration_cast<WallTime::duration>(time.time_since_epoch()));
    }
    TimePoint time{};
};

using Datagram = std::vector<std::byte>;

struct Refusal {
    int error_number = 0;
    std::string said;
};

class FakeKernel {
public:
    static constexpr std::uint16_t family = 0x20;
    static constexpr std::uint32_t group = 7;
    static constexpr std::uint32_t watermarks_group = 8;

    FakeClock clock;
    bool loaded = true;
    std::uint32_t family_version = KMEMCGD_GENL_VERSION;
    std::uint32_t protocol = KMEMCGD_GENL_VERSION;
    Config config;
    Stats stats;
    std::vector<Memcg> memcgs;
    std::vector<WatermarkPolicy> policies;
    std::vector<Watch> watches;
    std::vector<Qos> classes;
    Pressure pressure;
    bool has_watermarks = true; // false: a module from before there were any
    bool has_classes = true;    // likewise
    Capability capability{"rmdir-events", false, false, "be woken", "no tracepoint"};
    int interrupted_dumps = 0; // so many dumps say that things changed
    std::size_t cut_bytes = 0; // taken off the end of each reply
    std::map<int, Refusal> refusals;
    std::map<std::uint32_t, int> join_refusals; // errors, by group
    std::vector<std::uint32_t> joined;
    std::vector<int> asked; // commands, in their order
    std::uint64_t next_pass = 5;
    bool capped_pass = false; // the one that was asked for last
    std::deque<std::pair<Arrival, Datagram>> events;
    std::chrono::milliseconds event_gap{0}; // passes before each event
    std::function<void(int command)> before;
    std::function<Arrival()> while_quiet; // how a wait ends that nothing comes through

    void event(int command, const Attrs& attrs) {
        events.emplace_back(Arrival::datagram, message(family, 0, 0, command, attrs.bytes()));
    }
    void unload_event() {
        Attrs attrs;
        attrs.text(CTRL_ATTR_FAMILY_NAME, KMEMCGD_GENL_NAME);
        events.emplace_back(Arrival::datagram,
                            message(GENL_ID_CTRL, 0, 0, CTRL_CMD_DELFAMILY, attrs.bytes()));
    }
    static Attrs pass_attrs(const Pass& pass) {
        Attrs attrs;
        attrs.put(KMEMCGD_A_PASS_ID, pass.id).put(KMEMCGD_A_PASS_REASON, pass.reason);
        for (const auto& field : pass_fields())
            attrs.put(field.attribute, pass.*(field.member));
        return attrs;
    }

    static Attrs info_attrs(const Info& info);
    static Attrs config_attrs(const Config& config);
    static Attrs stats_attrs(const Stats& stats);
    static Attrs memcg_attrs(const Memcg& memcg);
    static Attrs policy_attrs(const WatermarkPolicy& policy);
    static Attrs watch_attrs(const Watch& watch);
    static Attrs qos_attrs(const Qos& qos);
    static Attrs pressure_attrs(const Pressure& pressure);

    std::vector<Datagram> answer(Bytes request);

private:
    static Datagram message(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                            int command, Bytes attributes);
    static Datagram plain(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                          Bytes payload);
    static Datagram ack(const nlmsghdr& request, const Refusal& refusal);
    [[nodiscard]] Attrs family_attrs() const;
    [[nodiscard]] Info info() const;
    std::vector<Datagram> dump(const nlmsghdr& request, int command, const Attributes& filter);
    [[nodiscard]] std::vector<Attrs> dumped(int command, const Attributes& filter) const;
    Refusal serve_watermark(int command, const Attributes& request, Attrs& reply);
    Refusal set_policy(const Attributes& request, std::optional<std::uint64_t> id, Attrs& reply);
    Refusal serve_qos(int command, const Attributes& request, Attrs& reply);
    Refusal set_qos(const Attributes& request, std::uint64_t id, Attrs& reply);
    Refusal serve(int command, const Attributes& request, Attrs& reply);
};

class FakeTransport final : public Transport {
public:
    explicit FakeTransport(FakeKernel& kernel) : kernel_(&kernel) {}

    Status send(Bytes datagram) override {
        for (auto& reply : kernel_->answer(datagram))
            inbox_.emplace_back(Arrival::datagram, std::move(reply));
        return success();
    }
    Status join(std::uint32_t group) override {
        const auto refusal = kernel_->join_refusals.find(group);
        if (refusal != kernel_->join_refusals.end())
            return kernel_error(refusal->second, "cannot join the event group");
        kernel_->joined.push_back(group);
        joined_ = joined_ || group == FakeKernel::group || group == FakeKernel::watermarks_group;
        return success();
    }
    Result<Received> receive(std::optional<TimePoint> deadline) override {
        auto& queue = joined_ ? kernel_->events : inbox_;
        if (queue.empty()) {
            if (!deadline)
                return Error{.message = "the test would wait for ever"};
            if (kernel_->while_quiet && kernel_->while_quiet() == Arrival::interrupted)
                return Received{Arrival::interrupted, {}};
            kernel_->clock.time = std::max(kernel_->clock.time, *deadline);
            return Received{Arrival::timed_out, {}};
        }
        if (joined_)
            kernel_->clock.time += kernel_->event_gap;
        current_ = std::move(queue.front());
        queue.pop_front();
        return Received{current_.first, current_.second};
    }

private:
    FakeKernel* kernel_;
    bool joined_ = false;
    std::deque<std::pair<Arrival, Datagram>> inbox_;
    std::pair<Arrival, Datagram> current_;
};

// kmemcgctl with that kernel; keeps what it printed.
struct Program {
    FakeKernel kernel;
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in;
    bool terminal = false;
    std::string policy_file = "/nonexistent";
    std::string applied_file = "/nonexistent/applied.json";
    OpenWaiter open_waiter;
    std::function<void(const std::string&)> notify;
    std::optional<std::chrono::nanoseconds> watchdog;
    bool err_is_journal = false;
    std::string host_root = "/nonexistent";
    OpenMetricsServer open_metrics_server = open_http_server;
    OpenCompactor open_compactor = open_linux_compactor;
    OpenRelief open_relief;

    int run(std::vector<std::string> arguments) {
        out.str({});
        err.str({});
        World world{.open_transport = [this]() -> Result<std::unique_ptr<Transport>> {
                        return std::unique_ptr<Transport>(std::make_unique<FakeTransport>(kernel));
                    },
                    .clock = &kernel.clock,
                    .out = &out,
                    .err = &err,
                    .in = &in,
                    .out_is_terminal = terminal,
                    .err_is_terminal = false,
                    .no_colour = true,
                    .columns = 80,
                    .mountinfo = "/nonexistent",
                    .policy_file = policy_file,
                    .applied_file = applied_file,
                    .open_waiter = open_waiter,
                    .notify = notify,
                    .watchdog = watchdog,
                    .err_is_journal = err_is_journal,
                    .host_root = host_root,
                    .open_metrics_server = open_metrics_server,
                    .open_screen = {},
                    .open_compactor = open_compactor,
                    .open_relief = open_relief};
        return kmemcgd::run(world, arguments);
    }
    [[nodiscard]] Json json() const { return Json::parse(out.str()); }
    // Of all that are listed by that name in the JSON.
    [[nodiscard]] std::vector<std::string> paths(const char* key) const {
        std::vector<std::string> list;
        const auto all = json();
        for (const auto& entry : all[key])
            list.push_back(entry["path"]);
        return list;
    }
};

// Whose path it is; null where there is none.
template <class T>
const T* with_path(const std::vector<T>& entries, std::string_view path) {
    for (const auto& entry : entries) {
        if (entry.path == path)
            return &entry;
    }
    return nullptr;
}

} // namespace kmemcgd
