// SPDX-License-Identifier: GPL-2.0-only
// A host as kmemcgctl sees it, with nothing of this machine in it: the module is
// a FakeKernel that has something of everything, cgroupfs a directory that the
// build made, and time goes on only when somebody waits.
#pragma once

#include "fake_kernel.hpp"

namespace kmemcgd {

class Host {
public:
    Host();

    FakeKernel kernel;
    bool terminal = false;

    // Where its cgroupfs is.
    static const std::string& cgroup_root();

    // Runs kmemcgctl, and checks what holds for every command line and whatever the
    // kernel says.
    void run(const std::vector<std::string>& arguments, const OpenTransport& open);

private:
    std::ostringstream out_;
    std::ostringstream err_;
};

} // namespace kmemcgd
