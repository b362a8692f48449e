// SPDX-License-Identifier: GPL-2.0-only
#include "client/attributes.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <linux/netlink.h>

namespace kmemcgd {
namespace {

template <class T>
Result<T> read_scalar(Bytes payload, std::string_view name) {
    if (payload.size() != sizeof(T))
        return malformed(fmt::format("attribute {} has {} bytes instead of {}", name,
                                     payload.size(), sizeof(T)));
    T value;
    std::memcpy(&value, payload.data(), sizeof(T));
    return value;
}

} // namespace

Error malformed(std::string_view what) {
    return Error{.message = fmt::format("malformed message from the kernel: {}", what),
                 .hint = "do kmemcgctl and the module come from the same release?"};
}

Error missing_attribute(std::string_view name) {
    return malformed(fmt::format("attribute {} is missing", name));
}

Result<std::uint8_t> Attribute::u8(std::string_view name) const {
    return read_scalar<std::uint8_t>(payload, name);
}

Result<std::uint16_t> Attribute::u16(std::string_view name) const {
    return read_scalar<std::uint16_t>(payload, name);
}

Result<std::uint32_t> Attribute::u32(std::string_view name) const {
    return read_scalar<std::uint32_t>(payload, name);
}

Result<std::uint64_t> Attribute::u64(std::string_view name) const {
    return read_scalar<std::uint64_t>(payload, name);
}

Result<std::vector<std::uint64_t>> Attribute::u64_array(std::string_view name,
                                                        std::size_t count) const {
    if (payload.size() != count * sizeof(std::uint64_t))
        return malformed(fmt::format("attribute {} has {} bytes instead of {}", name,
                                     payload.size(), count * sizeof(std::uint64_t)));
    std::vector<std::uint64_t> values(count);
    std::memcpy(values.data(), payload.data(), payload.size());
    return values;
}

std::string Attribute::string() const {
    const auto end = std::find(payload.begin(), payload.end(), std::byte{0});
    const auto length = static_cast<std::size_t>(end - payload.begin());
    std::string text(length, '\0');
    std::transform(payload.begin(), end, text.begin(),
                   [](std::byte byte) { return static_cast<char>(byte); });
    return text;
}

Result<Attributes> Attributes::parse(Bytes bytes) {
    Attributes attributes;
    while (!bytes.empty()) {
        nlattr header{};
        if (bytes.size() < sizeof(header))
            return malformed(fmt::format("{} bytes too many after the attributes", bytes.size()));
        std::memcpy(&header, bytes.data(), sizeof(header));
        if (header.nla_len < sizeof(header) || header.nla_len > bytes.size())
            return malformed(fmt::format("an attribute of length {} where {} bytes are left",
                                         header.nla_len, bytes.size()));
        attributes.list_.push_back(
            {static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
             bytes.subspan(sizeof(header), header.nla_len - sizeof(header))});
        // The last attribute of a message need not be padded.
        const std::size_t step = NLA_ALIGN(header.nla_len);
        bytes = bytes.subspan(std::min(step, bytes.size()));
    }
    return attributes;
}

const Attribute* Attributes::find(int type) const {
    const auto found =
        std::find_if(list_.rbegin(), list_.rend(),
                     [type](const Attribute& attribute) { return attribute.type == type; });
    return found == list_.rend() ? nullptr : &*found;
}

Result<std::uint8_t> Attributes::u8(int type, std::string_view name) const {
    const auto* attribute = find(type);
    return attribute != nullptr ? attribute->u8(name) : missing_attribute(name);
}

Result<std::uint32_t> Attributes::u32(int type, std::string_view name) const {
    const auto* attribute = find(type);
    return attribute != nullptr ? attribute->u32(name) : missing_attribute(name);
}

Result<std::uint64_t> Attributes::u64(int type, std::string_view name) const {
    const auto* attribute = find(type);
    return attribute != nullptr ? attribute->u64(name) : missing_attribute(name);
}

Result<std::string> Attributes::string(int type, std::string_view name) const {
    const auto* attribute = find(type);
    if (attribute == nullptr)
        return missing_attribute(name);
    return attribute->string();
}

} // namespace kmemcgd
