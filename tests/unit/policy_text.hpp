// SPDX-License-Identifier: GPL-2.0-only
// Policy files as a test writes them, by the name of p.toml.
#pragma once

#include "policy/policy_file.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace kmemcgd {

inline PolicyFile parsed(std::string_view text) {
    auto file = parse_policy(text, "p.toml");
    EXPECT_TRUE(file) << file.error().message;
    return file ? *file : PolicyFile{};
}

inline Error refused(std::string_view text) {
    auto file = parse_policy(text, "p.toml");
    EXPECT_FALSE(file) << text;
    if (file)
        return {};
    EXPECT_EQ(file.error().fault, Fault::usage);
    return file.error();
}

// One policy with these lines, of which the first is line 4.
inline std::string policy_with(std::string_view lines, std::string_view match = "/a") {
    return "[[policy]]\nname = \"" + std::string(match) + "\"\nmatch = \"" + std::string(match) +
           "\"\n" + std::string(lines) + "\n";
}

} // namespace kmemcgd
