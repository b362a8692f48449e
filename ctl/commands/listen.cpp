// SPDX-License-Identifier: GPL-2.0-only
#include "commands/listen.hpp"

#include "render/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {

Result<Listening> listen(const Context& context, const std::string& timeout, EventGroups groups) {
    const auto deadline = deadline_after(context, timeout);
    if (!deadline)
        return deadline.error();
    auto guard = std::make_unique<InterruptGuard>();
    auto client = context.connect();
    if (!client)
        return client.error();
    auto transport = context.world->open_transport();
    if (!transport)
        return transport.error();
    auto events = EventStream::open(std::move(*transport), client->family(), groups);
    if (!events)
        return events.error();
    return Listening{std::move(guard), *deadline, std::move(*client), std::move(*events)};
}

Result<std::optional<TimePoint>> deadline_after(const Context& context, const std::string& text) {
    if (text.empty())
        return std::optional<TimePoint>{};
    const auto ns = parse_duration_ns(text, ns_per_s);
    if (!ns)
        return about("--timeout", ns.error());
    // Beyond ten years it is "for ever", and would overflow the clock.
    constexpr std::uint64_t limit_ns = 10ULL * 365 * 24 * 3600 * ns_per_s;
    const auto wait = std::chrono::nanoseconds(std::min(*ns, limit_ns));
    return std::optional(context.now() + wait);
}

Error module_unloaded(std::string_view when) {
    return Error{.fault = Fault::not_loaded,
                 .message =
                     fmt::format("the module was unloaded{}{}", when.empty() ? "" : " ", when),
                 .hint = "modprobe kmemcgd"};
}

} // namespace kmemcgd
