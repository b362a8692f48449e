// SPDX-License-Identifier: GPL-2.0-only
// "kmemcgctl controller" against the fake kernel, a tree of directories that stands for
// cgroupfs, and a list of what wakes it up.
#pragma once

#include "fake_waiter.hpp"
#include "temporary_directory.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {

class DaemonTest : public ::testing::Test {
protected:
    DaemonTest() {
        directory.write("cgroup/cgroup.controllers", "memory\n");
        program.policy_file = base + "/policy.toml";
        program.applied_file = base + "/run/applied.json";
        program.open_waiter =
            [this](const std::filesystem::path&) -> Result<std::unique_ptr<Waiter>> {
            return std::unique_ptr<Waiter>(
                std::make_unique<FakeWaiter>(script, program.kernel.clock));
        };
        program.notify = [this](const std::string& state) { notified.push_back(state); };
    }

    [[nodiscard]] std::string root() const { return base + "/cgroup"; }
    void write_policy(std::string_view text) const { directory.write("policy.toml", text); }
    int run(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.begin(), {"--cgroup-root", root(), "controller"});
        return program.run(arguments);
    }

    Program program;
    Script script;
    std::vector<std::string> notified;
    TemporaryDirectory directory;
    const std::string& base = directory.path();
};

} // namespace kmemcgd
