// SPDX-License-Identifier: GPL-2.0-only
#include "policy/host.hpp"

#include "commands/cgroup_path.hpp"
#include "doctor/text_file.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

} // namespace

std::optional<std::uint64_t> read_limit(const fs::path& directory, std::uint32_t version) {
    const auto text =
        read_text_file(directory / (version == 2 ? "memory.max" : "memory.limit_in_bytes"));
    return text ? parse_limit(*text) : std::nullopt;
}

Result<HostCgroups> scan_host(const fs::path& root) {
    HostCgroups host;
    host.cgroup_version = hierarchy_version(root);
    std::error_code failure;
    std::vector<fs::path> waiting;
    const auto list = [&waiting, &failure](const fs::path& directory) {
        for (const auto& name : subdirectories(directory, failure))
            waiting.push_back(directory / name);
    };
    list(root);
    if (failure)
        return Error{.message = fmt::format("cannot read {}: {}", root.string(), failure.message()),
                     .error_number = failure.value()};
    while (!waiting.empty()) {
        const auto directory = std::move(waiting.back());
        waiting.pop_back();
        list(directory); // of one that has just gone there are none
        struct stat info {};
        if (has_file(directory, "memory.stat") && ::stat(directory.c_str(), &info) == 0)
            host.cgroups.push_back({.id = info.st_ino,
                                    .path = "/" + directory.lexically_relative(root).string(),
                                    .limit_bytes = read_limit(directory, host.cgroup_version)});
    }
    std::sort(host.cgroups.begin(), host.cgroups.end(),
              [](const Candidate& a, const Candidate& b) { return a.path < b.path; });
    return host;
}

} // namespace kmemcgd
