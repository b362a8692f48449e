// SPDX-License-Identifier: GPL-2.0-only
// Attributes as they come from the kernel, whole and mutilated.
#include "client/attributes.hpp"

#include <array>
#include <cstring>

#include <gtest/gtest.h>
#include <linux/kmemcgd.h>
#include <linux/netlink.h>

namespace kmemcgd {
namespace {

// One attribute, padded as netlink pads.
std::vector<std::byte> attribute(std::uint16_t type, std::span<const std::byte> payload) {
    nlattr header{};
    header.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + payload.size());
    header.nla_type = type;
    std::vector<std::byte> bytes(static_cast<std::size_t>(NLA_ALIGN(header.nla_len)));
    std::memcpy(bytes.data(), &header, sizeof(header));
    if (!payload.empty())
        std::memcpy(bytes.data() + NLA_HDRLEN, payload.data(), payload.size());
    return bytes;
}

template <class T>
std::vector<std::byte> attribute(std::uint16_t type, T value) {
    return attribute(type, std::as_bytes(std::span{&value, 1}));
}

TEST(Attributes, ReadsValuesByType) {
    auto bytes = attribute<std::uint32_t>(KMEMCGD_A_CONFIG_ENABLED, 1);
    const auto more = attribute<std::uint64_t>(KMEMCGD_A_MEMCG_ID, 42);
    bytes.insert(bytes.end(), more.begin(), more.end());
    const auto attributes = Attributes::parse(bytes);
    ASSERT_TRUE(attributes.ok());
    EXPECT_EQ(*attributes->u64(KMEMCGD_A_MEMCG_ID, "id"), 42U);
    EXPECT_EQ(attributes->all().size(), 2U);
}

TEST(Attributes, AMissingOneIsNamed) {
    const auto attributes = Attributes::parse({});
    ASSERT_TRUE(attributes.ok());
    const auto value = attributes->u32(KMEMCGD_A_MEMCG_PIN, "pin");
    ASSERT_FALSE(value.ok());
    EXPECT_NE(value.error().message.find("pin"), std::string::npos);
}

TEST(Attributes, AWrongLengthIsAnError) {
    const auto bytes = attribute<std::uint16_t>(KMEMCGD_A_MEMCG_PIN, 1);
    const auto attributes = Attributes::parse(bytes);
    ASSERT_TRUE(attributes.ok());
    EXPECT_FALSE(attributes->u32(KMEMCGD_A_MEMCG_PIN, "pin").ok());
}

TEST(Attributes, EveryTruncationIsAnErrorOrShorter) {
    const auto bytes = attribute<std::uint64_t>(KMEMCGD_A_MEMCG_ID, 42);
    for (std::size_t length = 1; length < bytes.size(); length++) {
        const auto attributes = Attributes::parse(Bytes{bytes}.first(length));
        EXPECT_FALSE(attributes.ok()) << length;
    }
}

TEST(Attributes, ALengthThatLiesIsAnError) {
    auto bytes = attribute<std::uint32_t>(KMEMCGD_A_MEMCG_PIN, 1);
    for (const auto lie : std::array<std::uint16_t, 5>{0, 1, 3, 9, 0xffff}) {
        std::memcpy(bytes.data(), &lie, sizeof(lie));
        EXPECT_FALSE(Attributes::parse(bytes).ok()) << lie;
    }
}

} // namespace
} // namespace kmemcgd
