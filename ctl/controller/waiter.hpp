// SPDX-License-Identifier: GPL-2.0-only
// What the controller waits for. Unit tests bring their own.
#pragma once

#include "client/transport.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace kmemcgd {

struct Woken {
    bool policy_file = false; // it changed, came or went
    bool cgroups = false;     // one was made in a directory that is watched
    bool reload = false;      // SIGHUP
    bool stop = false;        // SIGTERM or SIGINT
};

class Waiter {
public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() = default;

    // Directories of cgroups to watch beside those before. Returns how many can't be.
    virtual std::size_t watch(const std::vector<std::filesystem::path>& cgroups) = 0;
    // All false: the deadline has come.
    virtual Result<Woken> wait(TimePoint deadline) = 0;
};

using OpenWaiter =
    std::function<Result<std::unique_ptr<Waiter>>(const std::filesystem::path& policy_file)>;

} // namespace kmemcgd
