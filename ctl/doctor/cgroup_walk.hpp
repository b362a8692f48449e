// SPDX-License-Identifier: GPL-2.0-only
// The memory controller's hierarchy as it is now, read once, one directory at
// a time.
//
// Cost: each directory is listed and three or four of its files are read. Nothing
// is held between two steps. A cgroup that vanishes is left out; symbolic links
// are not followed.
#pragma once

#include "client/transport.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace kmemcgd {

struct Cgroup {
    std::string path;       // from the root of the hierarchy; "/" for that
    std::size_t parent = 0; // index; the root is its own
    std::uint64_t id = 0;   // the inode number of the directory
    bool memory = false;    // it has the memory controller: it is a memcg
    // Processes in it or below it; unknown where they could not be read.
    std::optional<bool> populated;
    // nr_dying_descendants of cgroup.stat; v2 only.
    std::optional<std::uint64_t> dying_below;
    // How often its limit was hit since it was made; see read_limit_hits().
    std::optional<std::uint64_t> limit_hits;
    // No later than this it existed already: cgroupfs has no time of creation,
    // and sets this one anew when the inode was evicted and is read in again.
    WallTime seen_since;
};

struct VendorFile {
    std::string path; // of the file, from the root of the hierarchy
    std::string name;
    std::optional<std::uint64_t> value; // unknown: not a number, or not readable
};

struct CgroupTree {
    unsigned version = 2;
    std::vector<Cgroup> cgroups; // parents before their children; the first is the root
    std::vector<VendorFile> vendor_files;
    std::uint64_t unreadable = 0; // directories that somebody else may list
    bool truncated = false;       // there were more than the bound

    [[nodiscard]] std::uint64_t memcgs() const; // those with the memory controller
};

// A kernel has at most 65,535 memory cgroups; on v2 there may be others as well.
constexpr std::size_t most_cgroups = 131'072;

class CgroupWalk {
public:
    explicit CgroupWalk(std::filesystem::path root, std::size_t bound = most_cgroups);

    // Reads the next directory. False: there is none left.
    bool step();
    // What was found, after the last step.
    [[nodiscard]] CgroupTree finish() &&;

private:
    struct Waiting {
        std::string path;
        std::size_t parent;
    };

    [[nodiscard]] std::filesystem::path directory(const std::string& path) const;
    void look_at(const Waiting& next);

    std::filesystem::path root_;
    std::size_t bound_;
    std::vector<Waiting> waiting_;
    CgroupTree tree_;
};

// v2: "max" of memory.events.local (5.2 and later), else of memory.events, which
// counts descendants too; v1: memory.failcnt. Nothing when there is none.
std::optional<std::uint64_t> read_limit_hits(const std::filesystem::path& directory,
                                             unsigned version);

} // namespace kmemcgd
