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
std::string qos_state_name(std::uint32_t state);
std::string pressure_state_name(std::uint32_t state);

// "burstable"; a number where a class has no name.
std::string class_name(std::uint32_t qos_class);
std::span<const std::string_view> class_names();
std::optional<std::uint32_t> named_class(std::string_view name);

std::span<const std::string_view> pin_names();
std::optional<std::uint32_t> parse_pin(std::string_view name);

} // namespace kmemcgd
