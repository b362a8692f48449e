// SPDX-License-Identifier: GPL-2.0-only
// Directories that tests write to, and those that stand for cgroupfs.
#pragma once

#include "fake_kernel.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <stdlib.h>
#include <sys/stat.h>

namespace kmemcgd {

// Goes with all that is in it.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        auto pattern = (std::filesystem::temp_directory_path() / "kmemcgctl-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("cannot make a temporary directory");
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code unknown;
        std::filesystem::remove_all(path_, unknown);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    // Directories on the way to the file are made.
    void write(const std::string& name, std::string_view text) const {
        const auto file = std::filesystem::path(path_) / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(std::filesystem::path(path_) / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    std::string path_;
};

inline std::uint64_t inode_number(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

// A cgroup with the memory controller, which the kernel knows as well.
inline void add_cgroup(FakeKernel& kernel, const std::string& root, const std::string& path) {
    std::filesystem::create_directories(root + path);
    for (const auto* name : {"/cgroup.procs", "/memory.stat"})
        std::ofstream(root + path + name) << '\n';
    Memcg memcg;
    memcg.id = inode_number(root + path);
    memcg.path = path;
    kernel.memcgs.push_back(memcg);
}

} // namespace kmemcgd
