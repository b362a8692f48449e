// SPDX-License-Identifier: GPL-2.0-only
#include "host/direct_reclaim.hpp"

#include "doctor/text_file.hpp"
#include "host/zone_line.hpp"

namespace kmemcgd {

Result<DirectReclaim> parse_direct_reclaim(std::string_view vmstat) {
    DirectReclaim direct;
    bool found = false;
    auto rest = vmstat;
    while (!rest.empty()) {
        const auto line = next_line(rest);
        const auto name = line.substr(0, line.find(' '));
        if (name != "allocstall" && !name.starts_with("allocstall_"))
            continue;
        const auto value = value_of(line, name);
        if (!value)
            return Error{.message = "/proc/vmstat: no number behind " + std::string(name)};
        direct.events += *value;
        found = true;
    }
    if (!found)
        return Error{.message = "/proc/vmstat has no allocstall"};
    direct.scanned_pages = value_of(vmstat, "pgscan_direct");
    return direct;
}

Result<DirectReclaim> read_direct_reclaim(const std::filesystem::path& root) {
    const auto text = read_text_file(root / "proc/vmstat");
    if (!text)
        return text.error();
    return parse_direct_reclaim(*text);
}

} // namespace kmemcgd
