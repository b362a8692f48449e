// SPDX-License-Identifier: GPL-2.0-only
// Lines of the daemon's log.
#pragma once

#include <functional>
#include <string>

namespace kmemcgd {

enum class LogLevel { error = 3, warning = 4, info = 6 }; // as syslog has them

using Log = std::function<void(LogLevel level, const std::string& text)>;

} // namespace kmemcgd
