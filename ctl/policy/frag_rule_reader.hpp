// SPDX-License-Identifier: GPL-2.0-only
// [fragmentation] of a policy file.
#pragma once

#include "policy/frag_rule.hpp"
#include "policy/toml_reader.hpp"

namespace kmemcgd {

Status read_frag_rule(const TomlReader& reader, const toml::table& table, FragRule& rule);

} // namespace kmemcgd
