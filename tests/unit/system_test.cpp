// SPDX-License-Identifier: GPL-2.0-only
// What the system takes.
#include "client/system.hpp"

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

} // namespace
} // namespace kmemcgd
