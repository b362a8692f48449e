// SPDX-License-Identifier: GPL-2.0-only
// The policy file: tunables, rules for cgroups, which large blocks are watched, and where
// metrics go, in TOML.
// docs/policy.md has the format.
#pragma once

#include "client/result.hpp"
#include "metrics/settings.hpp"
#include "policy/frag_rule.hpp"
#include "policy/rule.hpp"

#include <filesystem>
#include <string_view>

namespace kmemcgd {

struct PolicyFile {
    std::vector<ConfigChange> tunables;
    std::vector<Rule> rules; // in order; those of presets come last
    MetricsSettings metrics;
    std::optional<FragRule> fragmentation; // nothing: not watched
};

// An error names the place: "policy.toml:12:9: ...", and what is expected there.
// name: what the text is called there.
Result<PolicyFile> parse_policy(std::string_view text, const std::string& name);

Result<PolicyFile> read_policy(const std::filesystem::path& path);

} // namespace kmemcgd
