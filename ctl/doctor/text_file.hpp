// SPDX-License-Identifier: GPL-2.0-only
// Small files of /proc, /sys and cgroupfs.
#pragma once

#include "client/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace kmemcgd {

// The first 64 KiB of it. The error says why not, with the kernel's number: a
// cgroup that has gone answers ENOENT or ENODEV.
Result<std::string> read_text_file(const std::filesystem::path& path);
// The same in a directory that is open, without the way there.
Result<std::string> read_text_file(int directory, const char* path);

// The number behind a key at the beginning of a line, as in "max 3" or
// "Percpu:  712 kB"; nothing when there is none.
std::optional<std::uint64_t> value_of(std::string_view text, std::string_view key);

// Takes a number off the front, with or without a fraction; nothing when there is none, or
// it has a sign.
std::optional<double> take_decimal(std::string_view& text);

// The whole text as a number, up to a line's end; nothing when it is none.
std::optional<std::uint64_t> only_value(std::string_view text);

} // namespace kmemcgd
