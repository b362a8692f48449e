// SPDX-License-Identifier: GPL-2.0-only
// What the inputs of the target "stream" mean, for it and for what writes seeds.
#pragma once

#include <array>
#include <cstdint>

namespace kmemcgd {

// The first byte chooses what is run.
inline constexpr std::array scenes = {
    "status",
    "status --json",
    "zombies list",
    "zombies list --json",
    "zombies reap --wait",
    "zombies reap /gone --wait --timeout 9s",
    "zombies watch --until 0",
    "memcg show 3",
    "stats",
    "stats --json",
    "config set threads=2",
    "watermark show",
    "watermark show /app /b* --json",
    "watermark set /app --ratio 95",
    "monitor",
    "monitor --json",
    "qos show",
    "qos show /app /b* --json",
    "qos set /app --class 8",
    "pressure",
};
constexpr std::uint8_t scene_on_a_terminal = 0x80;

// The others are steps: what comes when the program receives.
enum : std::uint8_t {
    step_datagram, // a length, two bytes, and what is in it
    step_genuine,  // what the module would have sent
    step_damaged,  // the same; then how many changes, less one, and where and to what
    step_cut,      // the same; then which attribute, and how much of it stays
    step_time_out,
    step_lost,
    step_interrupted,
    steps,
};

} // namespace kmemcgd
