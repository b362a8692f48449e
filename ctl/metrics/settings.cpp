// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/settings.hpp"

#include "render/duration_range.hpp"

#include <arpa/inet.h>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

Error no_address(const std::string& text, std::string hint) {
    return usage_error(fmt::format("expected ADDRESS:PORT, not \"{}\"", text), std::move(hint));
}

} // namespace

std::string ListenAddress::text() const {
    return ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<ListenAddress> parse_listen_address(const std::string& text) {
    constexpr auto example = "such as 127.0.0.1:9752 or [::1]:9752";
    ListenAddress address;
    const auto colon = text.rfind(':');
    if (colon == std::string::npos)
        return no_address(text, example);
    const auto port = std::string_view(text).substr(colon + 1);
    const auto* end = port.data() + port.size();
    const auto parsed = std::from_chars(port.data(), end, address.port);
    if (parsed.ec != std::errc{} || parsed.ptr != end || address.port == 0)
        return no_address(text, "the port is a number from 1 to 65535");
    address.host = text.substr(0, colon);
    if (address.host.empty())
        return no_address(text, fmt::format("for every address of the host: 0.0.0.0:{} or "
                                            "[::]:{}, and anybody who can reach it may read",
                                            port, port));
    if (address.host == "localhost")
        return no_address(text, fmt::format("names are not looked up: 127.0.0.1:{}", port));
    address.ipv6 = address.host.starts_with('[') && address.host.ends_with(']');
    if (address.ipv6)
        address.host = address.host.substr(1, address.host.size() - 2);
    std::array<unsigned char, sizeof(in6_addr)> bytes;
    if (::inet_pton(address.ipv6 ? AF_INET6 : AF_INET, address.host.c_str(), bytes.data()) != 1)
        return no_address(text, example);
    return address;
}

Result<std::filesystem::path> parse_textfile(const std::string& text) {
    const std::filesystem::path path(text);
    if (!path.is_absolute())
        return usage_error(fmt::format("expected a path that begins with /, not \"{}\"", text),
                           "such as /var/lib/prometheus/node-exporter/kmemcgd.prom");
    if (path.extension() != ".prom")
        return usage_error(fmt::format("\"{}\" does not end in .prom", text),
                           "node_exporter reads no other files");
    return path;
}

Result<std::chrono::nanoseconds> parse_textfile_interval(const std::string& text) {
    return parse_duration_within(text, {ns_per_s, 86'400 * ns_per_s, "1s to 1d"});
}

} // namespace kmemcgd
