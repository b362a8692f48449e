// SPDX-License-Identifier: GPL-2.0-only
// Looks at the host, again and again: cgroupfs, /proc, and the module where it is
// loaded. Whatever can't be looked at is noted, and no error.
#pragma once

#include "commands/command.hpp"
#include "top/sample.hpp"

#include <filesystem>

namespace kmemcgd {

class Sampler {
public:
    Sampler(const Context& context, std::filesystem::path cgroup_root);

    // Costs what scan_memcgs() does, and a dump of the watches.
    Sample look();

private:
    void look_at_cgroups(Sample& sample) const;
    void look_at_host(Sample& sample) const;
    void look_at_module(Sample& sample);
    Status ask_module(Sample& sample);

    const Context* context_;
    std::filesystem::path root_;
    std::optional<Client> client_; // kept, as long as it answers
};

} // namespace kmemcgd
