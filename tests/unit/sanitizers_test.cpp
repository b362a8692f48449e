// SPDX-License-Identifier: GPL-2.0-only
// Each kind of bug that the build with sanitizers is there for ends a test.
// Without this, a build that lost its flags would pass everything.
#include <climits>
#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>

namespace {

TEST(SanitizersDeathTest, ReadingBehindABuffer) {
    const auto buffer = std::make_unique<char[]>(8);
    const volatile char* behind = buffer.get() + 8;
    EXPECT_DEATH((void)*behind, "heap-buffer-overflow");
}

TEST(SanitizersDeathTest, UndefinedArithmetic) {
    volatile int lowest = INT_MIN;
    EXPECT_DEATH(lowest = -lowest, "negation of -2147483648");
}

TEST(SanitizersDeathTest, ALeak) {
    const auto leak = [] {
        char* volatile kept = nullptr;
        // Several, because the last may still be found in a register.
        for (int i = 0; i < 16; ++i)
            kept = std::make_unique<char[]>(8).release();
        std::exit(kept == nullptr ? 2 : 0); // NOLINT(concurrency-mt-unsafe)
    };
    EXPECT_EXIT(leak(), ::testing::ExitedWithCode(1), "detected memory leaks");
}

} // namespace
