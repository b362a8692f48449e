// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "top/screen.hpp"

namespace kmemcgd {

// The terminal of this process. SIGINT, SIGTERM, SIGHUP and SIGQUIT are held as long as
// it lives, and end wait(). There may be one at a time.
Result<std::unique_ptr<Screen>> open_curses_screen();

} // namespace kmemcgd
