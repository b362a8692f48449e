// SPDX-License-Identifier: GPL-2.0-only
#include "policy/glob.hpp"

#include <optional>
#include <vector>

#include <fnmatch.h>

namespace kmemcgd {
namespace {

using Components = std::vector<std::string>;

Components split(std::string_view path) {
    Components parts;
    while (!path.empty()) {
        const auto slash = path.find('/');
        if (slash != 0)
            parts.emplace_back(path.substr(0, slash));
        if (slash == std::string_view::npos)
            break;
        path.remove_prefix(slash + 1);
    }
    return parts;
}

bool component_fits(const std::string& glob, const std::string& name) {
    return ::fnmatch(glob.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
}

} // namespace

// As with "*" in a string: only the last "**" ever needs to take one more.
bool path_fits(std::string_view glob, std::string_view path) {
    const auto wanted = split(glob);
    const auto names = split(path);
    struct Retry {
        std::size_t wanted;
        std::size_t name;
    };
    std::optional<Retry> retry;
    std::size_t at = 0;
    std::size_t name = 0;
    while (name < names.size() || at < wanted.size()) {
        if (at < wanted.size() && wanted[at] == "**") {
            retry = Retry{++at, name};
            continue;
        }
        if (at < wanted.size() && name < names.size() && component_fits(wanted[at], names[name])) {
            ++at;
            ++name;
            continue;
        }
        if (!retry || retry->name >= names.size())
            return false;
        at = retry->wanted;
        name = ++retry->name;
    }
    return true;
}

} // namespace kmemcgd
