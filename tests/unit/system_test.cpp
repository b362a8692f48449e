// SPDX-License-Identifier: GPL-2.0-only
// What the system says and takes.
#include "client/system.hpp"
#include "temporary_directory.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

TEST(System, TimeLeftIsNeverNegative) {
    const TimePoint now = TimePoint{} + 100s;
    const auto left = time_left(now + 1500000001ns, now);
    EXPECT_EQ(left.tv_sec, 1);
    EXPECT_EQ(left.tv_nsec, 500000001);
    for (const auto passed : {0ns, 1ns, 99000000000ns}) {
        const auto none = time_left(now - passed, now);
        EXPECT_EQ(none.tv_sec, 0);
        EXPECT_EQ(none.tv_nsec, 0);
    }
    const auto from_now = time_left(std::chrono::steady_clock::now() + 1h);
    EXPECT_GT(from_now.tv_sec, 3000);
    EXPECT_LE(from_now.tv_sec, 3600);
}

TEST(System, ErrorsSayWhatAndWhy) {
    const auto error = system_error("cannot wait", EINVAL);
    EXPECT_EQ(error.message, "cannot wait: Invalid argument");
    EXPECT_EQ(error.error_number, EINVAL);
    EXPECT_EQ(error.fault, Fault::failed);
    EXPECT_EQ(system_error("cannot wait", EPERM).fault, Fault::failed);
}

TEST(System, WhoMayNotIsTold) {
    const auto none = file_error("read", "/x/y", ENOENT);
    EXPECT_EQ(none.message, "cannot read /x/y: No such file or directory");
    EXPECT_EQ(none.error_number, ENOENT);
    EXPECT_EQ(none.fault, Fault::failed);
    EXPECT_EQ(file_error("read", "/x/y", EACCES).fault, Fault::permission);
    EXPECT_EQ(file_error("read", "/x/y", EPERM).fault, Fault::permission);
}

TEST(System, AFileIsReplacedAsAWhole) {
    const TemporaryDirectory directory;
    const auto file = directory.path() + "/f";
    for (const auto* text : {"longer than the second\n", "short\n"}) {
        EXPECT_TRUE(replace_file(file, text));
        EXPECT_EQ(directory.read("f"), text);
        EXPECT_FALSE(std::filesystem::exists(file + ".new"));
    }
    const auto nowhere = replace_file(directory.path() + "/none/f", "x");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().error_number, ENOENT);
    std::filesystem::create_directories(directory.path() + "/d/e");
    EXPECT_FALSE(replace_file(directory.path() + "/d", "x")); // a directory
}

TEST(System, ALinkInTheWayIsNotFollowed) {
    const TemporaryDirectory directory;
    directory.write("victim", "as it was");
    std::filesystem::create_symlink(directory.path() + "/victim", directory.path() + "/f.new");
    EXPECT_TRUE(replace_file(directory.path() + "/f", "text"));
    EXPECT_EQ(directory.read("f"), "text");
    EXPECT_EQ(directory.read("victim"), "as it was");
}

} // namespace
} // namespace kmemcgd
