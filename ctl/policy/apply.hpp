// SPDX-License-Identifier: GPL-2.0-only
// From a policy file and a host to what the module does. In two steps, so that the
// first can be shown without the second.
#pragma once

#include "client/client.hpp"
#include "policy/plan.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace kmemcgd {

struct Work {
    Plan plan; // refers to the file's rules, which must outlive it
    Config config;
    Applied applied; // what was set from here before
};

struct StepFailure {
    const Step* step = nullptr;
    Error error;
};

// Pointers into the plan.
struct Done {
    std::vector<const Step*> steps; // set or removed
    std::vector<const Step*> gone;  // of cgroups that went meanwhile
    std::vector<StepFailure> failures;
};

// Asks only. applied_file: see applied.hpp.
Result<Work> plan_work(Client& client, const PolicyFile& file, const HostCgroups& host,
                       const std::filesystem::path& applied_file);

// Tunables first, then watermarks, then classes. An error is one that concerns all of them; what
// was done until then stays, and is written down.
Result<Done> carry_out(Client& client, const Work& work, const std::filesystem::path& applied_file);

} // namespace kmemcgd
