// SPDX-License-Identifier: GPL-2.0-only
// Compacts one node, and can be told to stop in the middle.
#pragma once

#include "client/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace kmemcgd {

class Compactor {
public:
    enum class State {
        idle,     // nothing was started, or it was stopped and is over
        running,  // also when it was told to stop and has not yet
        finished, // the kernel went through the whole node
        failed,   // error() says why
    };

    Compactor() = default;
    Compactor(const Compactor&) = delete;
    Compactor& operator=(const Compactor&) = delete;
    virtual ~Compactor() = default;

    // Whether start() could; ENOENT in the error where the kernel can't do it.
    virtual Status check(std::uint32_t node) = 0;
    virtual Status start(std::uint32_t node) = 0; // only when nothing is running
    virtual State poll() = 0;                     // never waits
    virtual void stop() = 0;                      // never waits: poll() on
    [[nodiscard]] virtual Error error() const = 0;
};

// `root` is what stands for "/".
using OpenCompactor = std::function<std::unique_ptr<Compactor>(const std::filesystem::path& root)>;

} // namespace kmemcgd
