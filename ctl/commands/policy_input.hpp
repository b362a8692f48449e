// SPDX-License-Identifier: GPL-2.0-only
// What the subcommands of "policy" share: the file, the host, and how a rule reads.
#pragma once

#include "commands/command.hpp"
#include "policy/plan.hpp"

#include <memory>

namespace kmemcgd {

struct PolicyOptions {
    std::string file; // empty: the usual place

    void declare(Options& options);
    [[nodiscard]] std::string path(const Context& context) const;
    [[nodiscard]] Result<PolicyFile> read(const Context& context) const;
};

Result<HostCgroups> scan(const Context& context);

// "ratio 95 %, scale_factor 20", what differs from a watermark that is off; "off".
std::string watermark_text(const WatermarkPolicy& policy);
std::string setting_text(const Setting& setting); // likewise, or "class burstable, swap yes"
std::string effect_text(const Rule& rule);
std::string effect_text(const Rule& rule, What what); // of that only; "-" when there is none

// "order 4, at least 64 blocks, relieve yes"
std::string fragmentation_text(const FragRule& rule);

Json to_json(const FragRule& rule);
Json to_json(const Setting& setting);
Json to_json(const Rule& rule);
Json to_json(const std::vector<const Rule*>& rules); // their names

} // namespace kmemcgd
