// SPDX-License-Identifier: GPL-2.0-only
#include "client/config_fields.hpp"
#include "client/mnl_transport.hpp"
#include "client/names.hpp"
#include "commands/command.hpp"
#include "commands/config_values.hpp"
#include "commands/options.hpp"
#include "render/units.hpp"

#include <ctime>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct MonitorOptions {
    std::optional<std::uint64_t> count;
    std::string timeout;
};

// UTC, RFC 3339, milliseconds: sorts as text and needs no zone to be read.
std::string timestamp(WallTime when) {
    using namespace std::chrono;
    const auto since_epoch = when.time_since_epoch();
    const auto whole = floor<seconds>(since_epoch);
    const std::time_t time = static_cast<std::time_t>(whole.count());
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       duration_cast<milliseconds>(since_epoch - whole).count());
}

struct EventToText {
    std::string operator()(const PassBegin& begin) const {
        return fmt::format("pass-begin  pass={} reason={}", begin.id, reason_name(begin.reason));
    }
    std::string operator()(const PassEnd& end) const {
        const auto& pass = end.pass;
        return fmt::format("pass-end    pass={} reason={} visited={} freed={} left={} pages={} "
                           "inodes={} duration_ns={} cpu_ns={}",
                           pass.id, reason_name(pass.reason), pass.visited, pass.freed, pass.left,
                           pass.pages, pass.inodes, pass.duration_ns, pass.cpu_ns);
    }
    std::string operator()(const Freed& freed) const {
        return fmt::format("freed       count={} total={}", freed.count, freed.total);
    }
    std::string operator()(const ConfigChanged& changed) const {
        std::string text = "config     ";
        for (const auto& field : config_fields())
            text += fmt::format(" {}={}", field.name, changed.config.at(field.attribute));
        return text;
    }
    std::string operator()(const Unloaded& /*unloaded*/) const { return "unloaded"; }
};

void print_event(const Context& context, Json json, std::string_view text) {
    const auto time = timestamp(context.world->clock->wall_now());
    if (!context.json()) {
        context.out() << time << ' ' << text << std::endl;
        return;
    }
    auto document = json_document();
    document["time"] = time;
    document.update(json);
    context.print_line(document);
}

Outcome run_monitor(Context& context, const MonitorOptions& options) {
    const auto deadline = deadline_after(context, options.timeout);
    if (!deadline)
        return deadline.error();
    auto client = context.connect();
    if (!client)
        return client.error();
    const InterruptGuard guard;
    auto events = context.open_events(client->family());
    if (!events)
        return events.error();

    for (std::uint64_t seen = 0; !options.count || seen < *options.count;) {
        const auto next = events->next(*deadline);
        if (!next)
            return next.error();
        switch (next->arrival) {
        case Arrival::timed_out:
            // Fewer than were asked for is not all that was asked for.
            return options.count ? exit_partial : exit_ok;
        case Arrival::interrupted:
            return exit_ok;
        case Arrival::lost: {
            Json json;
            json["event"] = "lost";
            print_event(context, json, "lost        (events came faster than they were read)");
            continue;
        }
        case Arrival::datagram:
            break;
        }
        print_event(context, to_json(*next->event), std::visit(EventToText{}, *next->event));
        ++seen;
        if (std::holds_alternative<Unloaded>(*next->event))
            return Error{.fault = Fault::not_loaded,
                         .message = "the module was unloaded",
                         .hint = "modprobe kmemcgd"};
    }
    return exit_ok;
}

} // namespace

void add_monitor(Options& options, Context& context) {
    auto wanted = std::make_shared<MonitorOptions>();
    options.number("--count", wanted->count, "end after that many events");
    options.text("--timeout", wanted->timeout, "DURATION", "end after that time");
    options.run(context, [wanted](Context& at_run) { return run_monitor(at_run, *wanted); });
}

} // namespace kmemcgd
