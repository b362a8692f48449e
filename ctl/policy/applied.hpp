// SPDX-License-Identifier: GPL-2.0-only
// Which watermarks and classes were set from a policy file, across runs of kmemcgctl.
// The list lives in /run, as the ids in it do not outlive a boot either.
#pragma once

#include "client/result.hpp"
#include "policy/rule.hpp"

#include <cstdint>
#include <filesystem>
#include <set>

namespace kmemcgd {

using Ids = std::set<std::uint64_t>;

// Of cgroups, by what was set on them.
struct Applied {
    Ids watermarks;
    Ids classes;

    [[nodiscard]] Ids& of(What what) { return what == What::qos ? classes : watermarks; }
};

// Empty when there is no such file; an error when it can't be read or understood.
Result<Applied> read_applied(const std::filesystem::path& file);

// Makes the directory if needed, and replaces the file as a whole.
Status write_applied(const std::filesystem::path& file, const Applied& applied);

} // namespace kmemcgd
