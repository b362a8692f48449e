// SPDX-License-Identifier: GPL-2.0-only
// From what a user types to a cgroup id, and what cgroupfs itself knows.
#pragma once

#include "client/result.hpp"
#include "commands/command.hpp"

#include <filesystem>
#include <vector>

namespace kmemcgd {

inline constexpr auto path_hint =
    "paths count from the root of the hierarchy, such as /system.slice";

// Where the memory controller is mounted: --cgroup-root, or what mountinfo says.
Result<std::filesystem::path> memory_cgroup_root(const Context& context);

// 2 if that is the root of a cgroup v2 hierarchy, else 1.
std::uint32_t hierarchy_version(const std::filesystem::path& root);

bool has_file(const std::filesystem::path& directory, std::string_view name);

// All digits.
std::optional<std::uint64_t> parse_memcg_id(const std::string& text);

// As the module writes it, from the root of the hierarchy: "/a/b". Takes that
// form, the path of the directory in cgroupfs, or a path relative to the root.
Result<std::string> path_in_hierarchy(const Context& context, const std::string& text);

// The id of a directory that exists: its inode number. An error when that is
// not a cgroup with the memory controller.
Result<std::optional<std::uint64_t>> live_memcg_id(const Context& context,
                                                   const std::string& hierarchy_path);

// The names of the directories in a directory, sorted; none after a failure.
std::vector<std::string> subdirectories(const std::filesystem::path& directory,
                                        std::error_code& failure);

// What a file with a limit says, in bytes; nothing when there is none.
std::optional<std::uint64_t> parse_limit(std::string_view text);

// nr_dying_descendants of the root; nothing on cgroup v1.
std::optional<std::uint64_t> dying_cgroups(const Context& context);

} // namespace kmemcgd
