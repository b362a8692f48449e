// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kmemcgd {

// The name that somebody most likely meant, or nothing when none is close.
std::optional<std::string> nearest(std::string_view typed, std::span<const std::string> names);

} // namespace kmemcgd
