// SPDX-License-Identifier: GPL-2.0-only
// Which watermarks were set from a policy file, across runs of kmemcgctl. The list
// lives in /run, as the ids in it do not outlive a boot either.
#pragma once

#include "client/result.hpp"

#include <cstdint>
#include <filesystem>
#include <set>

namespace kmemcgd {

// Empty when there is no such file; an error when it can't be read or understood.
Result<std::set<std::uint64_t>> read_applied(const std::filesystem::path& file);

// Makes the directory if needed, and replaces the file as a whole.
Status write_applied(const std::filesystem::path& file, const std::set<std::uint64_t>& ids);

} // namespace kmemcgd
