// SPDX-License-Identifier: GPL-2.0-only
// The tunables as users see them. Ranges are the kernel's business: it checks
// them and says what they are; here is only what a value means.
#pragma once

#include "client/types.hpp"

#include <span>
#include <string_view>

namespace kmemcgd {

enum class Quantity {
    boolean,
    permille,
    percent,
    microseconds,
    milliseconds,
    pages,
    mebibytes,
    count
};

struct ConfigField {
    kmemcgd_a_config attribute;
    std::string_view name;
    std::string_view alias; // the name without its unit; values then need one
    Quantity quantity;
    std::string_view what;
};

std::span<const ConfigField> config_fields();
const ConfigField* find_config_field(std::string_view name_or_alias);
const ConfigField* find_config_field(std::uint16_t attribute);
const ConfigField& config_field(kmemcgd_a_config which); // each has one

} // namespace kmemcgd
