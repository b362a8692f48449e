// SPDX-License-Identifier: GPL-2.0-only
#include "commands/event_lines.hpp"

#include "client/codec.hpp"
#include "client/config_fields.hpp"
#include "client/names.hpp"

#include <ctime>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

std::string watch_text(const Watch& watch) {
    auto text = fmt::format("id={} path={} state={}", watch.id,
                            watch.path.empty() ? "-" : printable(watch.path),
                            watch_state_name(watch.state));
    for (const auto& field : watch_fields())
        text += fmt::format(" {}={}", field.name, watch.*(field.member));
    return text;
}

std::string pressure_text(const Pressure& pressure) {
    auto text = fmt::format("state={} node={}", pressure_state_name(pressure.state), pressure.node);
    for (const auto& field : pressure_fields())
        text += fmt::format(" {}={}", field.name, pressure.*(field.member));
    for (const auto& totals : pressure.classes)
        text += fmt::format(" {}.reclaimed_bytes={}", class_name(totals.qos_class),
                            totals.reclaimed_bytes);
    return text;
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
    std::string operator()(const ReclaimBegin& begin) const {
        return "reclaim-begin " + watch_text(begin.watch);
    }
    std::string operator()(const ReclaimEnd& end) const {
        return "reclaim-end " + watch_text(end.watch);
    }
    std::string operator()(const NotConverged& hit) const {
        return "not-converged " + watch_text(hit.watch);
    }
    std::string operator()(const PressureChanged& changed) const {
        return "pressure    " + pressure_text(changed.pressure);
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

// The kernel names a memcg by its id only. Asked for each event: there is at most
// one a second of each memcg.
void add_path(Client& client, Event& event) {
    std::visit(
        [&](auto& kind) {
            if constexpr (requires { kind.watch; }) {
                if (auto memcg = client.memcg(kind.watch.id))
                    kind.watch.path = std::move(memcg->path);
            }
        },
        event);
}

} // namespace

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

Outcome print_events(const Context& context, Listening& listening,
                     std::optional<std::uint64_t> count, const EventFilter& wanted) {
    // Fewer than were asked for is not all that was asked for.
    const int exit_when_over = count ? exit_partial : exit_ok;
    for (std::uint64_t seen = 0; !count || seen < *count;) {
        // Events that nobody waits for must not keep it going.
        if (listening.over(context.now()))
            return exit_when_over;
        auto next = listening.events.next(listening.deadline);
        if (!next)
            return next.error();
        switch (next->arrival) {
        case Arrival::timed_out:
            return exit_when_over;
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
        auto& event = *next->event;
        add_path(listening.client, event);
        const bool unloaded = std::holds_alternative<Unloaded>(event);
        if (unloaded || !wanted || wanted(event)) {
            print_event(context, to_json(event), std::visit(EventToText{}, event));
            ++seen;
        }
        if (unloaded)
            return module_unloaded();
    }
    return exit_ok;
}

} // namespace kmemcgd
