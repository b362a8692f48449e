// SPDX-License-Identifier: GPL-2.0-only
// Where metrics go: the table [metrics] of the policy file, and the daemon's options.
#pragma once

#include "client/result.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace kmemcgd {

struct ListenAddress {
    std::string host; // numbers only: nothing is looked up
    std::uint16_t port = 0;
    bool ipv6 = false;

    [[nodiscard]] std::string text() const; // "127.0.0.1:9752", "[::1]:9752"
    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

struct MetricsSettings {
    std::optional<ListenAddress> listen;                          // empty: nothing is served
    std::filesystem::path textfile;                               // empty: none is written
    std::chrono::nanoseconds interval = std::chrono::seconds(15); // of the textfile
    bool per_cgroup = false;
};

Result<ListenAddress> parse_listen_address(const std::string& text);
Result<std::filesystem::path> parse_textfile(const std::string& text);
Result<std::chrono::nanoseconds> parse_textfile_interval(const std::string& text);

} // namespace kmemcgd
