// SPDX-License-Identifier: GPL-2.0-only
// The words for the protocol's enums, as users type and read them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kmemcgd {

std::string state_name(std::uint32_t state);
std::string pin_name(std::uint32_t pin);
std::string reason_name(std::uint32_t reason);
std::string watch_state_name(std::uint32_t state);

std::span<const std::string_view> pin_names();
std::optional<std::uint32_t> parse_pin(std::string_view name);

} // namespace kmemcgd
