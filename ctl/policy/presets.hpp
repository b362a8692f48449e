// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <span>
#include <string_view>

namespace kmemcgd {

struct Preset {
    std::string_view name;
    std::string_view what;
    std::string_view text; // of a policy file
};

std::span<const Preset> presets();

} // namespace kmemcgd
