// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/cgroup_walk.hpp"

#include "commands/cgroup_path.hpp"
#include "doctor/text_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/stat.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

// Asynchronous reclaim of Alibaba's, Tencent's and openEuler's kernels.
constexpr std::array<std::string_view, 3> vendor_names = {
    "memory.wmark_ratio", "memory.async_ratio", "memory.high_async_ratio"};

// What one reading of a directory tells.
struct Entries {
    std::vector<std::string> subdirectories;
    std::vector<std::string> vendor_names;
    bool memory = false;
};

Entries list(const fs::path& directory, std::error_code& failure) {
    Entries entries;
    for (fs::directory_iterator at(directory, failure), end; !failure && at != end;
         at.increment(failure)) {
        auto name = at->path().filename().string();
        std::error_code unknown;
        // The types that readdir() tells. Asking for each file's status would have the
        // kernel make an inode for all of them, some 50 for each cgroup.
        if (!at->is_symlink(unknown) && at->is_directory(unknown))
            entries.subdirectories.push_back(std::move(name));
        else if (name == "memory.stat")
            entries.memory = true;
        else if (std::find(vendor_names.begin(), vendor_names.end(), name) != vendor_names.end())
            entries.vendor_names.push_back(std::move(name));
    }
    std::sort(entries.subdirectories.begin(), entries.subdirectories.end());
    return entries;
}

bool is_gone(int number) {
    return number == ENOENT || number == ENODEV || number == ENOTDIR;
}

// v2 counts the descendants' as well, v1 has to be added up.
std::optional<bool> has_processes(const fs::path& directory, unsigned version) {
    const auto text = read_text_file(directory / (version == 2 ? "cgroup.events" : "cgroup.procs"));
    if (!text)
        return std::nullopt;
    if (version == 1)
        return !text->empty();
    const auto populated = value_of(*text, "populated");
    return populated ? std::optional(*populated != 0) : std::nullopt;
}

std::optional<std::uint64_t> value_in(const fs::path& file, std::string_view key) {
    const auto text = read_text_file(file);
    return text ? value_of(*text, key) : std::nullopt;
}

// What a cgroup on v1 does not tell of those below it; unknown if one of them is.
void add_up_processes(std::vector<Cgroup>& cgroups) {
    for (std::size_t at = cgroups.size(); at-- > 1;) {
        auto& above = cgroups[cgroups[at].parent].populated;
        const auto& below = cgroups[at].populated;
        if (below.value_or(false))
            above = true;
        else if (!below && !above.value_or(false))
            above = std::nullopt;
    }
}

} // namespace

std::optional<std::uint64_t> read_limit_hits(const fs::path& directory, unsigned version) {
    if (version == 2) {
        const auto local = value_in(directory / "memory.events.local", "max");
        return local ? local : value_in(directory / "memory.events", "max");
    }
    const auto text = read_text_file(directory / "memory.failcnt");
    return text ? only_value(*text) : std::nullopt;
}

std::uint64_t CgroupTree::memcgs() const {
    return static_cast<std::uint64_t>(std::count_if(
        cgroups.begin(), cgroups.end(), [](const Cgroup& cgroup) { return cgroup.memory; }));
}

CgroupWalk::CgroupWalk(fs::path root, std::size_t bound) : root_(std::move(root)), bound_(bound) {
    tree_.version = hierarchy_version(root_);
    waiting_.push_back({"/", 0});
}

fs::path CgroupWalk::directory(const std::string& path) const {
    return root_ / fs::path(path).relative_path();
}

void CgroupWalk::look_at(const Waiting& next) {
    const auto here = directory(next.path);
    struct stat info {};
    std::error_code failure;
    if (::stat(here.c_str(), &info) != 0)
        failure = {errno, std::generic_category()};
    const auto entries = failure ? Entries{} : list(here, failure);
    if (failure) {
        tree_.unreadable += is_gone(failure.value()) ? 0 : 1;
        return;
    }
    const auto since = std::chrono::seconds(info.st_mtim.tv_sec);
    const auto index = tree_.cgroups.size();
    tree_.cgroups.push_back({.path = next.path,
                             .parent = next.parent,
                             .id = info.st_ino,
                             .memory = entries.memory,
                             .populated = has_processes(here, tree_.version),
                             .dying_below = value_in(here / "cgroup.stat", "nr_dying_descendants"),
                             .limit_hits = read_limit_hits(here, tree_.version),
                             .seen_since = WallTime(since)});
    const auto below = next.path == "/" ? next.path : next.path + "/";
    for (const auto& name : entries.vendor_names) {
        const auto text = read_text_file(here / name);
        tree_.vendor_files.push_back({below + name, name, text ? only_value(*text) : std::nullopt});
    }
    // The last one is next: in the order of their names, children before siblings.
    for (auto at = entries.subdirectories.rbegin(); at != entries.subdirectories.rend(); ++at)
        waiting_.push_back({below + *at, index});
}

bool CgroupWalk::step() {
    if (waiting_.empty())
        return false;
    if (tree_.cgroups.size() >= bound_) {
        tree_.truncated = true;
        return false;
    }
    const auto next = std::move(waiting_.back());
    waiting_.pop_back();
    look_at(next);
    return true;
}

CgroupTree CgroupWalk::finish() && {
    if (tree_.version == 1)
        add_up_processes(tree_.cgroups);
    return std::move(tree_);
}

} // namespace kmemcgd
