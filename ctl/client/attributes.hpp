// SPDX-License-Identifier: GPL-2.0-only
// Netlink attributes of one level, read without trusting a single length.
//
// Unknown attributes are skipped, because a newer module may send more. What
// is there must be whole: a length that does not fit ends the parse with an
// error. libmnl's iterators stop silently in that case, and a truncated reply
// would look like a short one; that is why this is not built on them.
#pragma once

#include "client/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

using Bytes = std::span<const std::byte>;

struct Attribute {
    std::uint16_t type = 0;
    Bytes payload;

    // `name` goes into the error when the length is not the type's.
    [[nodiscard]] Result<std::uint8_t> u8(std::string_view name) const;
    [[nodiscard]] Result<std::uint16_t> u16(std::string_view name) const;
    [[nodiscard]] Result<std::uint32_t> u32(std::string_view name) const;
    [[nodiscard]] Result<std::uint64_t> u64(std::string_view name) const;
    [[nodiscard]] Result<std::vector<std::uint64_t>> u64_array(std::string_view name,
                                                               std::size_t count) const;
    [[nodiscard]] std::string string() const; // up to the first NUL, if there is one
};

class Attributes {
public:
    static Result<Attributes> parse(Bytes bytes);

    // The last of that type, as the kernel's own parser does.
    [[nodiscard]] const Attribute* find(int type) const;
    [[nodiscard]] std::span<const Attribute> all() const { return list_; }

    // The value, or an error that says which attribute is missing or malformed.
    [[nodiscard]] Result<std::uint8_t> u8(int type, std::string_view name) const;
    [[nodiscard]] Result<std::uint32_t> u32(int type, std::string_view name) const;
    [[nodiscard]] Result<std::uint64_t> u64(int type, std::string_view name) const;
    [[nodiscard]] Result<std::string> string(int type, std::string_view name) const;

private:
    std::vector<Attribute> list_;
};

Error malformed(std::string_view what);
Error missing_attribute(std::string_view name);

} // namespace kmemcgd
