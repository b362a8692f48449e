// SPDX-License-Identifier: GPL-2.0-only
#include "commands/zombie_lookup.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace kmemcgd {

Result<std::vector<Memcg>> zombies_with_path(Client& client, const std::string& path) {
    auto list = client.memcgs({.state = KMEMCGD_STATE_ZOMBIE,
                               .pin = std::nullopt,
                               .min_age_ms = std::nullopt,
                               .min_bytes = std::nullopt});
    if (!list)
        return list.error();
    std::erase_if(list->entries, [&](const Memcg& memcg) { return memcg.path != path; });
    if (list->entries.empty())
        return Error{.message = fmt::format("there is no memcg with the path {}", path),
                     .hint = "kmemcgctl zombies list",
                     .error_number = ENOENT};
    return std::move(list->entries);
}

} // namespace kmemcgd
