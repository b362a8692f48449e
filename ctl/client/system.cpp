// SPDX-License-Identifier: GPL-2.0-only
#include "client/system.hpp"

#include <algorithm>

namespace kmemcgd {

timespec time_left(TimePoint deadline, TimePoint now) {
    using namespace std::chrono;
    const auto rest = std::max(nanoseconds(0), nanoseconds(deadline - now));
    return {.tv_sec = static_cast<time_t>(duration_cast<seconds>(rest).count()),
            .tv_nsec = static_cast<long>((rest % seconds(1)).count())};
}

} // namespace kmemcgd
