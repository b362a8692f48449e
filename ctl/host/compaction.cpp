// SPDX-License-Identifier: GPL-2.0-only
#include "host/compaction.hpp"

#include "doctor/text_file.hpp"

namespace kmemcgd {

std::optional<Compaction> parse_compaction(std::string_view vmstat) {
    const auto stalls = value_of(vmstat, "compact_stall");
    if (!stalls)
        return std::nullopt;
    return Compaction{*stalls, value_of(vmstat, "compact_fail").value_or(0),
                      value_of(vmstat, "compact_success").value_or(0)};
}

} // namespace kmemcgd
