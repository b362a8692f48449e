// SPDX-License-Identifier: GPL-2.0-only
// Watermark policies as people type and read them.
#pragma once

#include "commands/command.hpp"

#include <span>

namespace kmemcgd {

struct WatermarkOptions {
    std::string ratio;
    std::string scale_factor;
    std::string high_headroom;
    std::string low_headroom;
    std::string swap;
    std::string swappiness;

    // The options of "set" and "default".
    void declare(Options& options);
    [[nodiscard]] bool empty() const;
    // Ranges are the kernel's business, as with the tunables.
    [[nodiscard]] Result<WatermarkChange> parse() const;
};

// Names and values, for a table of one policy.
struct PolicyRow {
    std::string name;
    std::string human;
    std::string plain;
    std::string_view what;
};
std::vector<PolicyRow> policy_rows(const WatermarkPolicy& policy);

void print_policies(const Context& context, std::span<const WatermarkPolicy> policies);

} // namespace kmemcgd
