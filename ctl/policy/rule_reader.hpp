// SPDX-License-Identifier: GPL-2.0-only
// One [[policy]] of a policy file.
#pragma once

#include "policy/rule.hpp"
#include "policy/toml_reader.hpp"

namespace kmemcgd {

// Everything but where it comes from.
Status read_rule(const TomlReader& reader, const toml::table& table, Rule& rule);

} // namespace kmemcgd
