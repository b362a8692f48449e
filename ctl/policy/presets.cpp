// SPDX-License-Identifier: GPL-2.0-only
// A watermark is inherited by all below, so one rule for the root of a tree serves
// each of its cgroups that has a limit, from the moment that it has one.
#include "policy/presets.hpp"

#include <array>

namespace kmemcgd {
namespace {

// 95 and 20 are what Alibaba Cloud's ACK recommends for memory QoS.
constexpr std::string_view kubernetes = R"(
[[policy]]
name = "kubernetes"
# kubelet's systemd driver, its cgroupfs driver, and both below kind or another root
match = ["/kubepods.slice", "/kubepods", "/*/kubepods.slice", "/*/kubepods"]
[policy.watermark]
ratio = 95
scale_factor = 20
)";

constexpr std::string_view systemd = R"(
[[policy]]
name = "systemd"
match = ["/system.slice", "/user.slice", "/machine.slice"]
[policy.watermark]
ratio = 95
)";

constexpr std::array<Preset, 2> all{{
    {"kubernetes", "pods of kubelet at 95 % of their limits; system slices are left alone",
     kubernetes},
    {"systemd", "services, sessions and machines at 95 % of their limits", systemd},
}};

} // namespace

std::span<const Preset> presets() {
    return all;
}

} // namespace kmemcgd
