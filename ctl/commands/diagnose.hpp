// SPDX-License-Identifier: GPL-2.0-only
// What is wrong, and what somebody can do about it. Pure: values in, findings
// out. Each finding has a name that scripts may rely on.
#pragma once

#include "client/types.hpp"

#include <string>
#include <vector>

namespace kmemcgd {

enum class Severity { note, warning, problem };

struct Finding {
    Severity severity = Severity::note;
    std::string name;
    std::string text;
    std::string hint;
};

std::string severity_name(Severity severity);

std::vector<Finding> diagnose(const Info& info, const Config& config, const Stats& stats);

} // namespace kmemcgd
