// SPDX-License-Identifier: GPL-2.0-only
// How busy the host is: /proc/pressure/memory, /proc/loadavg.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace kmemcgd {

// What can't be read is empty: kernels before 4.20, or without CONFIG_PSI.
struct HostLoad {
    std::optional<double> memory_psi; // "some avg10", in percent
    std::optional<double> load;       // of the last minute, of all CPUs
    std::uint32_t cpus = 1;           // that are online
};

std::optional<double> parse_loadavg(std::string_view text);     // "0.25 ...": the first number
std::optional<std::uint32_t> count_cpus(std::string_view list); // "0-3,8": 5

// `root` is what stands for "/".
HostLoad read_host_load(const std::filesystem::path& root);

} // namespace kmemcgd
