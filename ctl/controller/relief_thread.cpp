// SPDX-License-Identifier: GPL-2.0-only
#include "controller/relief_thread.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

// How late its end, and what it tells on the way, may be noticed.
constexpr auto look_every = 100ms;

} // namespace

ReliefThread::ReliefThread(std::unique_ptr<Relief> relief, const Clock& clock)
    : clock_(&clock), relief_(std::move(relief)), report_(relief_->report()) {
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
        relief_->stop(clock_->now());
        tell(Error{.message = fmt::format("cannot start a thread: {}", error.what())});
    }
}

ReliefThread::~ReliefThread() {
    {
        const std::lock_guard lock(working_);
        leave_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable())
        thread_.join();
}

void ReliefThread::tell(std::optional<Status> end) {
    auto report = relief_->report();
    const std::lock_guard lock(telling_);
    report_ = std::move(report);
    if (end)
        end_ = std::move(end);
}

Result<std::optional<TimePoint>> ReliefThread::short_step() {
    const ShortSlices::Here here(short_slices_);
    return relief_->step(clock_->now());
}

void ReliefThread::run() {
    take_lowest_priority();
    std::unique_lock lock(working_);
    while (!leave_) {
        const auto next = short_step();
        if (!next || !*next) {
            tell(next ? success() : Status(next.error()));
            return;
        }
        tell(std::nullopt);
        changed_.wait_until(lock, **next,
                            [this] { return leave_ || std::exchange(stopped_, false); });
    }
}

Result<std::optional<TimePoint>> ReliefThread::step(TimePoint now) {
    const std::lock_guard lock(telling_);
    if (!end_)
        return std::optional(now + look_every);
    if (!*end_)
        return end_->error();
    return std::optional<TimePoint>();
}

void ReliefThread::stop(TimePoint now) {
    {
        const std::lock_guard lock(working_);
        relief_->stop(now);
        stopped_ = true;
        tell(std::nullopt);
    }
    changed_.notify_one();
}

ReliefReport ReliefThread::report() const {
    const std::lock_guard lock(telling_);
    return report_;
}

} // namespace kmemcgd
