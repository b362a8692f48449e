// SPDX-License-Identifier: GPL-2.0-only
#include "commands/wait.hpp"

namespace kmemcgd {

Result<bool> wait_until(const Context& context, Transport& quiet, TimePoint when) {
    while (context.now() < when) {
        const auto received = quiet.receive(when);
        if (!received)
            return received.error();
        if (received->arrival == Arrival::interrupted)
            return false;
    }
    return true;
}

Status wait_until(const Context& context, TimePoint when) {
    const auto transport = context.world->open_transport();
    if (!transport)
        return transport.error();
    const auto waited = wait_until(context, **transport, when);
    if (!waited)
        return waited.error();
    if (!*waited)
        return Error{.message = "interrupted"};
    return success();
}

} // namespace kmemcgd
