// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <linux/kmemcgd.h>

namespace kmemcgd {
namespace {

constexpr std::array<std::string_view, 2> states = {"live", "zombie"};
constexpr std::array<std::string_view, KMEMCGD_PIN_MAX + 1> pins = {
    "none", "file", "dirty", "shmem", "swap", "inode", "journal", "slab", "other"};
constexpr std::array<std::string_view, 4> reasons = {"rmdir", "retry", "scan", "reap"};
constexpr std::array<std::string_view, KMEMCGD_WATCH_THRASHING + 1> watch_states = {
    "no-limit", "below", "reclaiming", "stuck", "thrashing"};
constexpr std::array<std::string_view, KMEMCGD_QOS_STUCK + 1> qos_states = {"within", "over",
                                                                            "below", "stuck"};
constexpr std::array<std::string_view, KMEMCGD_PRESSURE_NOTHING + 1> pressure_states = {
    "off", "calm", "reclaiming", "nothing"};
constexpr std::array<std::string_view, 3> classes = {"besteffort", "burstable", "guaranteed"};
constexpr std::array<std::uint32_t, classes.size()> class_numbers = {
    KMEMCGD_CLASS_BESTEFFORT, KMEMCGD_CLASS_BURSTABLE, KMEMCGD_CLASS_GUARANTEED};

// A newer module may know more than we do: show the number then.
std::string name_of(std::span<const std::string_view> names, std::uint32_t value) {
    return value < names.size() ? std::string(names[value]) : fmt::format("unknown-{}", value);
}

} // namespace

std::string state_name(std::uint32_t state) {
    return name_of(states, state);
}

std::string pin_name(std::uint32_t pin) {
    return name_of(pins, pin);
}

std::string reason_name(std::uint32_t reason) {
    return name_of(reasons, reason);
}

std::string watch_state_name(std::uint32_t state) {
    return name_of(watch_states, state);
}

std::string qos_state_name(std::uint32_t state) {
    return name_of(qos_states, state);
}

std::string pressure_state_name(std::uint32_t state) {
    return name_of(pressure_states, state);
}

std::string class_name(std::uint32_t qos_class) {
    const auto found = std::find(class_numbers.begin(), class_numbers.end(), qos_class);
    return found == class_numbers.end()
               ? std::to_string(qos_class)
               : std::string(classes.at(static_cast<std::size_t>(found - class_numbers.begin())));
}

std::span<const std::string_view> class_names() {
    return classes;
}

std::optional<std::uint32_t> named_class(std::string_view name) {
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end())
        return std::nullopt;
    return class_numbers.at(static_cast<std::size_t>(found - classes.begin()));
}

std::span<const std::string_view> pin_names() {
    return pins;
}

std::optional<std::uint32_t> parse_pin(std::string_view name) {
    const auto found = std::find(pins.begin(), pins.end(), name);
    if (found == pins.end())
        return std::nullopt;
    return static_cast<std::uint32_t>(found - pins.begin());
}

} // namespace kmemcgd
