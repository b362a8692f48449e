// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "client/client.hpp"

namespace kmemcgd {

// All zombies that had this path; an error when there is none.
Result<std::vector<Memcg>> zombies_with_path(Client& client, const std::string& path);

} // namespace kmemcgd
