// SPDX-License-Identifier: GPL-2.0-only
// Free blocks of an order over time: how fast they go, and when there will be too few.
// Pure: readings in, a verdict and the time to the next reading out.
//
// Source: the rate is an exponential moving average of the slope between two readings that
// need not be as far apart as others (Zumbach and Mueller, "Operators on Inhomogeneous Time
// Series", 2001): a slope that lasted t weighs 1 - exp(-t / smoothing). The time left takes
// the rate for one that stays.
#pragma once

#include "client/transport.hpp"

#include <optional>
#include <string_view>

namespace kmemcgd {

enum class FragState {
    calm,
    falling,   // fewer than min_blocks within `horizon`, if it goes on like this
    low,       // fewer than min_blocks
    exhausted, // none
};
inline constexpr std::size_t frag_states = 4;
std::string_view state_name(FragState state);

struct FragReading {
    FragState state = FragState::calm;
    std::optional<FragState> before; // nothing: the first reading
    std::uint64_t blocks = 0;
    double fall_per_s = 0; // below 0: they become more
    // If it goes on like this; nothing: not within a week.
    std::optional<double> until_min_s; // 0: there are fewer already
    std::optional<double> until_none_s;
    std::chrono::nanoseconds next{}; // when to look again

    [[nodiscard]] bool changed() const { return before != state; }
};

// At most a minute from one look to the next, so that is the longest that a state can be
// missed which is not there at one look and is at the next.
class FragWatch {
public:
    explicit FragWatch(std::uint64_t min_blocks) : min_blocks_(min_blocks) {}

    FragReading update(TimePoint now, std::uint64_t blocks);

private:
    void take_slope(TimePoint now, std::uint64_t blocks);
    [[nodiscard]] FragState state_of(const FragReading& reading) const;
    [[nodiscard]] std::chrono::nanoseconds next_after(const FragReading& reading) const;

    std::uint64_t min_blocks_;
    std::optional<TimePoint> at_; // of the last reading
    std::uint64_t blocks_ = 0;
    double fall_per_s_ = 0;
    std::optional<FragState> state_;
};

} // namespace kmemcgd
