// SPDX-License-Identifier: GPL-2.0-only
// What the system says, as errors, and what it takes instead of a point in time.
#pragma once

#include "client/transport.hpp"

#include <filesystem>
#include <string>
#include <string_view>

#include <time.h>

namespace kmemcgd {

// "WHAT: " and what the number means.
Error system_error(std::string_view what, int error_number);

// "cannot WHAT FILE: ..."; Fault::permission for whoever may not.
Error file_error(std::string_view what, const std::filesystem::path& file, int error_number);

// All of it at once, for whoever reads it meanwhile; by way of FILE.new. Readable by all,
// whatever the umask is, for what root wrote another user goes on with. A FILE.new that is
// there is somebody's who was killed, or a trap: it is removed, never followed.
Status replace_file(const std::filesystem::path& file, std::string_view text);

// None once the deadline has passed.
timespec time_left(TimePoint deadline, TimePoint now = std::chrono::steady_clock::now());

} // namespace kmemcgd
