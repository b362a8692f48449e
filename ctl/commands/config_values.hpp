// SPDX-License-Identifier: GPL-2.0-only
// Tunables as text, both ways.
#pragma once

#include "client/config_fields.hpp"
#include "client/result.hpp"

#include <span>
#include <string>
#include <vector>

namespace kmemcgd {

std::string format_config_value(const ConfigField& field, std::uint32_t value);

// "cpu_cap=2.5%", "settle_ms=2s", "enabled=off". Each name at most once, so
// that the order of the words cannot matter.
Result<std::vector<ConfigChange>> parse_config_changes(std::span<const std::string> words);

} // namespace kmemcgd
