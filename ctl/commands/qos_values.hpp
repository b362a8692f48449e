// SPDX-License-Identifier: GPL-2.0-only
// Classes and requests as people type and read them.
#pragma once

#include "commands/command.hpp"

#include <span>

namespace kmemcgd {

struct QosOptions {
    std::string qos_class;
    std::string request;
    std::string swap;

    void declare(Options& options);
    [[nodiscard]] bool empty() const;
    // Of class and percentage the ranges are the kernel's business. A request is one of
    // both kinds: it takes back the other one.
    [[nodiscard]] Result<QosChange> parse() const;
};

// "300.0 MiB", "50 %", "-".
std::string request_text(const Qos& qos);
// "burstable, request 50 %, swap yes"
std::string qos_text(const Qos& qos);
// Of what is protected; where nothing is, all that it uses is overuse.
std::string overuse_text(const Qos& qos);

void print_classes(const Context& context, std::span<const Qos> memcgs);

} // namespace kmemcgd
