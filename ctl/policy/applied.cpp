// SPDX-License-Identifier: GPL-2.0-only
#include "policy/applied.hpp"

#include "render/json.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

constexpr auto key = "watermarks";

Error cannot(const char* what, const fs::path& file) {
    return {.message = fmt::format("cannot {} {}: {}", what, file.string(), std::strerror(errno)),
            .hint = "it has the ids of the cgroups whose watermarks come from the policy file",
            .error_number = errno};
}

} // namespace

Result<std::set<std::uint64_t>> read_applied(const fs::path& file) {
    std::error_code unknown;
    if (!fs::exists(file, unknown))
        return std::set<std::uint64_t>{};
    std::ifstream in(file);
    if (!in)
        return cannot("read", file);
    const auto document = Json::parse(in, nullptr, false);
    const auto list = document.is_object() ? document.find(key) : document.end();
    std::set<std::uint64_t> ids;
    if (document.is_object() && list != document.end() && list->is_array()) {
        for (const auto& id : *list) {
            if (id.is_number_unsigned())
                ids.insert(id.get<std::uint64_t>());
        }
        if (ids.size() == list->size())
            return ids;
    }
    return Error{.message = fmt::format("{} is damaged", file.string()),
                 .hint = "remove it; watermarks that no rule is for any more then stay"};
}

Status write_applied(const fs::path& file, const std::set<std::uint64_t>& ids) {
    std::error_code failure;
    fs::create_directories(file.parent_path(), failure);
    const fs::path fresh = file.string() + ".new";
    {
        std::ofstream out(fresh, std::ios::trunc);
        out << Json{{key, ids}}.dump() << '\n';
        out.flush();
        if (!out)
            return cannot("write", fresh);
    }
    fs::rename(fresh, file, failure);
    if (failure) {
        errno = failure.value();
        return cannot("write", file);
    }
    return success();
}

} // namespace kmemcgd
