// SPDX-License-Identifier: GPL-2.0-only
// A host in a temporary directory, as "kmemcgctl doctor" sees one: cgroupfs, /proc
// and /sys are files that a test writes, the module is a FakeKernel.
#pragma once

#include "temporary_directory.hpp"

#include <set>

#include <gtest/gtest.h>

namespace kmemcgd {

class DoctorHost {
public:
    // A healthy one: Linux 6.1, two CPUs, the module loaded and with nothing to do.
    explicit DoctorHost(unsigned version = 2);
    DoctorHost(const DoctorHost&) = delete;
    DoctorHost& operator=(const DoctorHost&) = delete;

    FakeKernel kernel;
    std::function<void()> while_waiting; // called in the middle of --interval
    bool can_connect = true;
    bool terminal = false;
    OpenScreen open_screen;

    [[nodiscard]] std::filesystem::path root() const { return top_; }
    [[nodiscard]] std::filesystem::path cgroup_root() const { return top_ / "cgroup"; }

    void write(const std::string& file, const std::string& text) const; // from the root
    void remove(const std::string& file) const;
    // A cgroup and those above it; a path from the cgroup root.
    void cgroup(const std::string& path, bool processes = true, std::uint64_t hits = 0) const;
    void dying(const std::string& path, std::uint64_t count) const; // v2: in it and below it
    void zombie(const std::string& path, std::uint32_t pin, std::uint64_t swap_bytes = 0);
    void unload();
    void make_unprivileged(); // may not ask for what names cgroups
    void hours_later(int hours);

    // Runs "kmemcgctl --json doctor" and remembers what it says.
    void examine(std::vector<std::string> arguments = {});
    // As text; the exit code.
    int run(std::vector<std::string> arguments);

    [[nodiscard]] std::set<std::string> names() const; // of the findings
    // Fails the test, and is null, when there is none of that name.
    [[nodiscard]] Json finding(const std::string& name) const;
    // Why something was not seen; empty if it was.
    [[nodiscard]] std::string not_seen(const std::string& what) const;

    std::string out;
    std::string err;
    Json report;

private:
    unsigned version_;
    TemporaryDirectory directory_;
    std::filesystem::path top_ = directory_.path();
    std::uint64_t next_id_ = 1'000'000;
};

} // namespace kmemcgd
