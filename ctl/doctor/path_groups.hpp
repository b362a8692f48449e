// SPDX-License-Identifier: GPL-2.0-only
// Thousands of cgroup paths as a few rows. Pure: paths in, groups out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

// Numbers become N, UUIDs and hexadecimal ids of 8 digits and more become ID:
// "/user.slice/user-1000.slice/session-7.scope" is
// "/user.slice/user-N.slice/session-N.scope".
std::string path_pattern(std::string_view path);

// Who most likely makes cgroups of that path or pattern: "cron", "login",
// "kubernetes", "docker", "podman", "containerd", "systemd-run", "systemd", or
// empty when that can't be told.
std::string likely_maker(std::string_view path);

struct PathGroup {
    std::string pattern;
    std::uint64_t count = 0;
    std::string example; // one of the paths
    std::string maker;
};

// Adds paths up, and has the largest groups first.
class PathGroups {
public:
    // `suffix` is written behind the pattern: "/*" for what is below that path.
    void add(const std::string& path, std::uint64_t count = 1, std::string_view suffix = {});
    [[nodiscard]] bool empty() const { return groups_.empty(); }
    [[nodiscard]] std::vector<PathGroup> largest(std::size_t most) const;

private:
    std::map<std::string, PathGroup> groups_;
};

} // namespace kmemcgd
