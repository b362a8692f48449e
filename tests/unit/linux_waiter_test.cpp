// SPDX-License-Identifier: GPL-2.0-only
// inotify and signals, the real ones.
#include "controller/linux_waiter.hpp"
#include "temporary_directory.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class LinuxWaiterTest : public ::testing::Test {
protected:
    LinuxWaiterTest() {
        fs::create_directories(base / "cgroup");
        auto opened = open_linux_waiter(base / "policy.toml");
        EXPECT_TRUE(opened) << opened.error().message;
        waiter = std::move(*opened);
    }

    Woken wait(std::chrono::milliseconds time) {
        const auto woken = waiter->wait(std::chrono::steady_clock::now() + time);
        EXPECT_TRUE(woken);
        return woken ? *woken : Woken{};
    }

    TemporaryDirectory directory;
    const fs::path base = directory.path();
    std::unique_ptr<Waiter> waiter;
};

TEST_F(LinuxWaiterTest, TheDeadlineComes) {
    const auto woken = wait(1ms);
    EXPECT_FALSE(woken.policy_file || woken.cgroups || woken.reload || woken.stop);
}

TEST_F(LinuxWaiterTest, OnlyThePolicyFileCounts) {
    std::ofstream(base / "other.toml") << "x";
    EXPECT_FALSE(wait(10ms).policy_file);
    std::ofstream(base / "policy.toml") << "x";
    EXPECT_TRUE(wait(10s).policy_file);
    while (wait(0ms).policy_file) {
    }
    std::ofstream(base / "fresh") << "y";
    fs::rename(base / "fresh", base / "policy.toml"); // as editors do
    EXPECT_TRUE(wait(10s).policy_file);
}

TEST_F(LinuxWaiterTest, CgroupsThatAreMade) {
    EXPECT_EQ(waiter->watch({base / "cgroup", base / "cgroup/gone"}), 0U);
    std::ofstream(base / "cgroup/file") << "x"; // is no cgroup
    EXPECT_FALSE(wait(10ms).cgroups);
    fs::create_directory(base / "cgroup/a");
    EXPECT_TRUE(wait(10s).cgroups);
    // One that went and came again is watched again.
    EXPECT_EQ(waiter->watch({base / "cgroup/a"}), 0U);
    fs::remove(base / "cgroup/a");
    (void)wait(10ms);
    fs::create_directory(base / "cgroup/a");
    while (wait(10ms).cgroups) {
    }
    EXPECT_EQ(waiter->watch({base / "cgroup/a"}), 0U);
    fs::create_directory(base / "cgroup/a/b");
    EXPECT_TRUE(wait(10s).cgroups);
}

TEST_F(LinuxWaiterTest, Signals) {
    std::raise(SIGHUP);
    EXPECT_TRUE(wait(10s).reload);
    std::raise(SIGTERM);
    EXPECT_TRUE(wait(10s).stop);
}

TEST(LinuxWaiter, ADirectoryThatIsNotThere) {
    const auto opened = open_linux_waiter("/nonexistent/policy.toml");
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("/nonexistent"), std::string::npos);
}

} // namespace
} // namespace kmemcgd
