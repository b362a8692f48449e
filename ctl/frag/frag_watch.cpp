// SPDX-License-Identifier: GPL-2.0-only
#include "frag/frag_watch.hpp"

#include <algorithm>
#include <cmath>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

constexpr Seconds smoothing = 30s;
constexpr Seconds horizon = 10min;
// Left again only when there is twice the time, or an eighth more blocks: what wavers
// around a border is one change.
constexpr double calm_again = 2;
constexpr std::uint64_t low_slack = 8;
constexpr Seconds a_week = 168h;

constexpr Seconds shortest = 1s;
constexpr Seconds longest = 60s;
constexpr Seconds longest_when_low = 10s; // it may be over, or get worse
// Of the time that is left, so that a fall that gets steeper is seen in time.
constexpr double looks_until = 4;
// With so many times min_blocks, and no fall, there is time to look again.
constexpr double plenty = 4;

std::optional<double> seconds_for(std::uint64_t blocks, double fall_per_s) {
    if (fall_per_s <= 0)
        return std::nullopt;
    const auto seconds = static_cast<double>(blocks) / fall_per_s;
    return seconds < a_week.count() ? std::optional(seconds) : std::nullopt;
}

} // namespace

std::string_view state_name(FragState state) {
    switch (state) {
    case FragState::calm:
        return "calm";
    case FragState::falling:
        return "falling";
    case FragState::low:
        return "low";
    case FragState::exhausted:
        return "exhausted";
    }
    return "unknown";
}

void FragWatch::take_slope(TimePoint now, std::uint64_t blocks) {
    if (at_ && now > *at_) {
        const Seconds passed = now - *at_;
        const auto slope =
            (static_cast<double>(blocks_) - static_cast<double>(blocks)) / passed.count();
        const auto weight = 1 - std::exp(-passed / smoothing);
        fall_per_s_ += weight * (slope - fall_per_s_);
    }
    at_ = now;
    blocks_ = blocks;
}

FragState FragWatch::state_of(const FragReading& reading) const {
    if (reading.blocks == 0)
        return FragState::exhausted;
    const bool was_low = state_ == FragState::low || state_ == FragState::exhausted;
    const auto enough = min_blocks_ + (was_low ? (min_blocks_ + low_slack - 1) / low_slack : 0);
    if (reading.blocks < enough)
        return FragState::low;
    const auto within = horizon.count() * (state_ == FragState::falling ? calm_again : 1);
    const bool falls = reading.until_min_s && *reading.until_min_s < within;
    return falls ? FragState::falling : FragState::calm;
}

std::chrono::nanoseconds FragWatch::next_after(const FragReading& reading) const {
    const bool low = reading.state == FragState::low || reading.state == FragState::exhausted;
    Seconds next = low ? longest_when_low : longest;
    if (const auto& left = low ? reading.until_none_s : reading.until_min_s)
        next = std::min(next, Seconds(*left / looks_until));
    // A fall that has not begun yet: the fewer there are above min_blocks, the sooner.
    if (!low) {
        const auto min = static_cast<double>(min_blocks_);
        const auto above = static_cast<double>(reading.blocks) - min;
        next = std::min(next, longest * (above / (min * (plenty - 1))));
    }
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::max(next, shortest));
}

FragReading FragWatch::update(TimePoint now, std::uint64_t blocks) {
    take_slope(now, blocks);
    FragReading reading;
    reading.blocks = blocks;
    reading.before = state_;
    reading.fall_per_s = fall_per_s_;
    reading.until_min_s = blocks < min_blocks_ ? std::optional(0.0)
                                               : seconds_for(blocks - min_blocks_ + 1, fall_per_s_);
    reading.until_none_s = blocks == 0 ? std::optional(0.0) : seconds_for(blocks, fall_per_s_);
    reading.state = state_of(reading);
    reading.next = next_after(reading);
    state_ = reading.state;
    return reading;
}

} // namespace kmemcgd
