// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "controller/waiter.hpp"

namespace kmemcgd {

// By inotify and signalfd. Blocks SIGHUP, SIGINT and SIGTERM for as long as it lives.
Result<std::unique_ptr<Waiter>> open_linux_waiter(const std::filesystem::path& policy_file);

} // namespace kmemcgd
