// SPDX-License-Identifier: GPL-2.0-only
#include "client/events.hpp"

#include "client/codec.hpp"

#include <kmemcgd/version.h>

#include <fmt/format.h>
#include <linux/genetlink.h>

namespace kmemcgd {
namespace {

// The controller's group "notify" has the controller's own number, on every
// kernel. It tells when our family is unregistered.
constexpr std::uint32_t controller_group = GENL_ID_CTRL;

bool known_event(std::uint8_t command) {
    switch (command) {
    case KMEMCGD_CMD_PASS_BEGIN_NTF:
    case KMEMCGD_CMD_PASS_END_NTF:
    case KMEMCGD_CMD_FREED_NTF:
    case KMEMCGD_CMD_CONFIG_NTF:
    case KMEMCGD_CMD_RECLAIM_BEGIN_NTF:
    case KMEMCGD_CMD_RECLAIM_END_NTF:
    case KMEMCGD_CMD_NOT_CONVERGED_NTF:
    case KMEMCGD_CMD_PRESSURE_NTF:
        return true;
    default:
        return false;
    }
}

Status join(Transport& transport, std::optional<std::uint32_t> group, std::string_view name) {
    if (!group)
        return Error{.fault = Fault::unsupported,
                     .message = fmt::format("the module has no multicast group \"{}\"", name),
                     .hint =
                         "install and load version " KMEMCGD_VERSION " of the module, or newer"};
    return transport.join(*group);
}

} // namespace

Result<EventStream> EventStream::open(std::unique_ptr<Transport> transport, const Family& family,
                                      EventGroups groups) {
    auto joined = transport->join(controller_group);
    if (joined && groups != EventGroups::watermarks)
        joined = join(*transport, family.events_group, KMEMCGD_MCGRP_EVENTS);
    if (joined && groups == EventGroups::watermarks)
        joined = join(*transport, family.watermarks_group, KMEMCGD_MCGRP_WATERMARKS);
    if (!joined)
        return joined.error();
    // What may not be had is not missed: the rest is worth seeing.
    if (groups == EventGroups::all && family.watermarks_group)
        (void)transport->join(*family.watermarks_group);
    return EventStream(std::move(transport), family.id);
}

Status EventStream::take_controller_message(const Message& message) {
    if (message.command != CTRL_CMD_DELFAMILY)
        return success();
    const auto attributes = Attributes::parse(message.attributes);
    if (!attributes)
        return attributes.error();
    const auto name = attributes->string(CTRL_ATTR_FAMILY_NAME, "family name");
    if (name && *name == KMEMCGD_GENL_NAME)
        queue_.emplace_back(Unloaded{});
    return success();
}

Status EventStream::take(Bytes datagram) {
    return for_each_message(datagram, [this](const nlmsghdr& header, Bytes payload) {
        if (header.nlmsg_type != family_id_ && header.nlmsg_type != GENL_ID_CTRL)
            return success();
        const auto message = generic_message(header, payload);
        if (!message)
            return Status(message.error());
        if (header.nlmsg_type == GENL_ID_CTRL)
            return take_controller_message(*message);
        // A newer module may have more events than we know.
        if (!known_event(message->command))
            return success();
        auto event = decode_event(message->command, message->attributes);
        if (!event)
            return Status(event.error());
        queue_.push_back(std::move(*event));
        return success();
    });
}

Result<EventStream::Next> EventStream::next(std::optional<TimePoint> deadline) {
    while (queue_.empty()) {
        const auto received = transport_->receive(deadline);
        if (!received)
            return received.error();
        if (received->arrival != Arrival::datagram)
            return Next{received->arrival, std::nullopt};
        if (const auto taken = take(received->bytes); !taken)
            return taken.error();
    }
    Next next{Arrival::datagram, std::move(queue_.front())};
    queue_.pop_front();
    return next;
}

} // namespace kmemcgd
