// SPDX-License-Identifier: GPL-2.0-only
// A watermark is inherited by all below, so one rule for the root of a tree serves
// each of its cgroups that has a limit, from the moment that it has one. A class is not:
// it stands for the whole of a subtree, so that it belongs to pods, one by one.
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

# A pod's QoS class, by where kubelet puts it. Not at any depth: who may make cgroups
# within a pod could give itself another class by their names.
[[policy]]
name = "kubernetes-besteffort"
match = [
  "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod*.slice",
  "/*/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod*.slice",
  "/kubepods/besteffort/pod*",
  "/*/kubepods/besteffort/pod*",
]
class = "besteffort"

[[policy]]
name = "kubernetes-burstable"
match = [
  "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod*.slice",
  "/*/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod*.slice",
  "/kubepods/burstable/pod*",
  "/*/kubepods/burstable/pod*",
]
class = "burstable"
request = "memory.low"

# What it requests is its limit.
[[policy]]
name = "kubernetes-guaranteed"
match = [
  "/kubepods.slice/kubepods-pod*.slice",
  "/*/kubepods.slice/kubepods-pod*.slice",
  "/kubepods/pod*",
  "/*/kubepods/pod*",
]
class = "guaranteed"
request = "100%"
)";

// No classes: whether services, logins or machines matter least is for the host to say.
constexpr std::string_view systemd = R"(
[[policy]]
name = "systemd"
match = ["/system.slice", "/user.slice", "/machine.slice"]
[policy.watermark]
ratio = 95
)";

constexpr std::array<Preset, 2> all{{
    {"kubernetes",
     "pods of kubelet at 95 % of their limits, and their QoS classes; system slices are left alone",
     kubernetes},
    {"systemd", "services, sessions and machines at 95 % of their limits", systemd},
}};

} // namespace

std::span<const Preset> presets() {
    return all;
}

} // namespace kmemcgd
