// SPDX-License-Identifier: GPL-2.0-only
// /sys/devices/system/node/nodeK/compact.
#pragma once

#include "client/descriptor.hpp"
#include "frag/compactor.hpp"
#include "frag/short_slices.hpp"

#include <filesystem>
#include <optional>

#include <sys/types.h>

namespace kmemcgd {

// The write to the file returns when the whole node was compacted, so a child does it, at
// nice 19: the kernel looks for fatal signals on the way, and SIGKILL ends it within
// milliseconds. The child goes with the thread that started it, too.
class LinuxCompactor final : public Compactor {
public:
    // `root` is what stands for "/".
    explicit LinuxCompactor(std::filesystem::path root) : root_(std::move(root)) {}
    ~LinuxCompactor() override;

    Status check(std::uint32_t node) override;
    Status start(std::uint32_t node) override;
    State poll() override;
    void stop() override;
    [[nodiscard]] Error error() const override { return error_; }

private:
    [[nodiscard]] std::filesystem::path file_of(std::uint32_t node) const;
    Result<Descriptor> open(std::uint32_t node) const;
    void end(); // of the child, now

    std::filesystem::path root_;
    pid_t child_ = 0;          // 0: none
    ShortSlices short_slices_; // the child's
    bool stopped_ = false;
    std::uint32_t node_ = 0;
    State state_ = State::idle;
    Error error_;
};

std::unique_ptr<Compactor> open_linux_compactor(const std::filesystem::path& root);

} // namespace kmemcgd
