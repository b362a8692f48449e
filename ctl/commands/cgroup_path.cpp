// SPDX-License-Identifier: GPL-2.0-only
#include "commands/cgroup_path.hpp"

#include "doctor/text_file.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <sys/stat.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

// v1 writes the largest number of whole pages for "none".
constexpr std::uint64_t v1_no_limit_bytes = 0x7fff'ffff'0000'0000;

// Mount points are written with blanks and backslashes as octal escapes.
std::string unescape(const std::string& text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escape = text[at] == '\\' && at + 3 < text.size();
        if (!escape) {
            plain += text[at];
            continue;
        }
        const auto digit = [&](std::size_t offset) { return text[at + offset] - '0'; };
        plain += static_cast<char>(digit(1) * 64 + digit(2) * 8 + digit(3));
        at += 3;
    }
    return plain;
}

bool has_option(const std::string& options, std::string_view wanted) {
    std::istringstream list(options);
    for (std::string option; std::getline(list, option, ',');) {
        if (option == wanted)
            return true;
    }
    return false;
}

struct Mounts {
    std::optional<fs::path> v1_memory;
    std::optional<fs::path> v2;
};

// id parent major:minor root mountpoint options [optional...] - type source superoptions
Mounts read_mounts(const std::string& mountinfo) {
    Mounts mounts;
    std::ifstream file(mountinfo);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string skipped;
        std::string root;
        std::string point;
        fields >> skipped >> skipped >> skipped >> root >> point;
        while (fields >> skipped && skipped != "-") {
        }
        std::string type;
        std::string super_options;
        fields >> type >> skipped >> super_options;
        // A mount of a subtree, as containers have, is not the hierarchy's root.
        if (root != "/")
            continue;
        if (type == "cgroup2" && !mounts.v2)
            mounts.v2 = unescape(point);
        if (type == "cgroup" && has_option(super_options, "memory") && !mounts.v1_memory)
            mounts.v1_memory = unescape(point);
    }
    return mounts;
}

} // namespace

bool has_file(const fs::path& directory, std::string_view name) {
    std::error_code unknown;
    return fs::exists(directory / name, unknown);
}

// Every cgroup of v2 has it, the root too.
std::uint32_t hierarchy_version(const fs::path& root) {
    return has_file(root, "cgroup.controllers") ? 2 : 1;
}

Result<fs::path> memory_cgroup_root(const Context& context) {
    if (!context.cgroup_root.empty())
        return fs::path(context.cgroup_root);
    const auto mounts = read_mounts(context.world->mountinfo);
    // The memory controller is in one hierarchy only: v1 if that has it.
    if (mounts.v1_memory)
        return *mounts.v1_memory;
    if (mounts.v2)
        return *mounts.v2;
    return Error{.message = "no cgroup hierarchy with the memory controller is mounted",
                 .hint = "name it with --cgroup-root PATH"};
}

std::optional<std::uint64_t> parse_memcg_id(const std::string& text) {
    const auto id = parse_count(text);
    if (!id)
        return std::nullopt;
    return *id;
}

Result<std::string> path_in_hierarchy(const Context& context, const std::string& text) {
    if (text.empty())
        return usage_error("the path is empty");
    const auto root = memory_cgroup_root(context);
    fs::path path(text);
    if (root && path.is_absolute()) {
        const auto below = path.lexically_normal().lexically_relative(root->lexically_normal());
        if (!below.empty() && *below.begin() != "..")
            path = below;
    }
    auto normal = (fs::path("/") / path).lexically_normal();
    if (!normal.has_filename() && normal.has_relative_path())
        normal = normal.parent_path(); // "/a/" is "/a"
    return normal.string();
}

Result<std::optional<std::uint64_t>> live_memcg_id(const Context& context,
                                                   const std::string& hierarchy_path) {
    const auto root = memory_cgroup_root(context);
    if (!root)
        return root.error();
    const auto directory = *root / fs::path(hierarchy_path).relative_path();
    struct stat info {};
    if (::stat(directory.c_str(), &info) != 0)
        return std::optional<std::uint64_t>{};
    // The inode number of anything else could be the id of some cgroup.
    if (!has_file(directory, "cgroup.procs"))
        return Error{.message = fmt::format("{} is not a cgroup", directory.string()),
                     .hint = path_hint};
    if (!has_file(directory, "memory.stat"))
        return Error{.message =
                         fmt::format("the memory controller is off for {}", directory.string()),
                     .hint = fmt::format("echo +memory >{}/cgroup.subtree_control",
                                         directory.parent_path().string())};
    return std::optional<std::uint64_t>{info.st_ino};
}

std::vector<std::string> subdirectories(const fs::path& directory, std::error_code& failure) {
    std::vector<std::string> names;
    for (fs::directory_iterator at(directory, failure), end; !failure && at != end;
         at.increment(failure)) {
        std::error_code unknown;
        if (at->is_directory(unknown) && !at->is_symlink(unknown))
            names.push_back(at->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<std::uint64_t> parse_limit(std::string_view text) {
    const auto bytes = only_value(text); // or it says "max"
    return bytes && *bytes < v1_no_limit_bytes ? bytes : std::nullopt;
}

std::optional<std::uint64_t> dying_cgroups(const Context& context) {
    const auto root = memory_cgroup_root(context);
    if (!root)
        return std::nullopt;
    const auto text = read_text_file(*root / "cgroup.stat");
    return text ? value_of(*text, "nr_dying_descendants") : std::nullopt;
}

} // namespace kmemcgd
