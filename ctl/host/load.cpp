// SPDX-License-Identifier: GPL-2.0-only
#include "host/load.hpp"

#include "doctor/text_file.hpp"
#include "host/id_range.hpp"
#include "top/memcg_scan.hpp"

#include <algorithm>

namespace kmemcgd {
std::optional<double> parse_loadavg(std::string_view text) {
    const auto load = take_decimal(text);
    return text.starts_with(' ') ? load : std::nullopt;
}

std::optional<std::uint32_t> count_cpus(std::string_view list) {
    std::uint32_t cpus = 0;
    for (;;) {
        const auto range = take_id_range(list);
        if (!range || range->last < range->first)
            return std::nullopt;
        cpus += range->last - range->first + 1;
        if (!list.starts_with(','))
            break;
        list.remove_prefix(1);
    }
    return list.empty() || list == "\n" ? std::optional(cpus) : std::nullopt;
}

HostLoad read_host_load(const std::filesystem::path& root) {
    HostLoad load;
    if (const auto text = read_text_file(root / "proc/pressure/memory"))
        load.memory_psi = parse_pressure(*text);
    if (const auto text = read_text_file(root / "proc/loadavg"))
        load.load = parse_loadavg(*text);
    if (const auto text = read_text_file(root / "sys/devices/system/cpu/online"))
        load.cpus = std::max(1U, count_cpus(*text).value_or(1));
    return load;
}

} // namespace kmemcgd
