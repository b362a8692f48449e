// SPDX-License-Identifier: GPL-2.0-only
// One change to several memcgs, which is told of each: what "set" and "unset" share.
#pragma once

#include "commands/targets.hpp"

#include <algorithm>
#include <cerrno>
#include <span>

#include <fmt/format.h>

namespace kmemcgd {

// What each change answered is printed, as JSON in a list with the name `key`.
template <class T, class Change>
Outcome change_each(const Context& context, Targets targets, std::string_view key,
                    const Change& change, void (*print)(const Context&, std::span<const T>)) {
    std::vector<T> changed;
    for (const auto& target : targets.found) {
        Result<T> answer = change(target);
        if (answer) {
            changed.push_back(std::move(*answer));
            continue;
        }
        if (changed.empty() && concerns_all(answer.error()))
            return answer.error();
        answer.error().message = fmt::format("{}: {}", target.name, answer.error().message);
        targets.failures.push_back({target.name, answer.error()});
    }
    if (changed.empty() && targets.failures.size() == 1)
        return targets.failures.front().error;
    if (context.json()) {
        auto document = json_document();
        auto& list = document[std::string(key)] = Json::array();
        for (const auto& entry : changed)
            list.push_back(to_json(entry));
        document["failures"] = to_json(targets.failures);
        context.print_document(document);
    } else if (!changed.empty()) {
        print(context, changed);
    }
    return conclude(context, targets.failures, !changed.empty());
}

// Among those that were set, not among the cgroups: a glob means those that have one.
// what: "policy", as in "no policy is set for /app".
template <class T>
Result<std::vector<Target>> among(const std::vector<T>& entries, const Pattern& pattern,
                                  std::string_view what, std::string_view hint) {
    std::vector<Target> targets;
    for (const auto& entry : entries) {
        const std::optional<std::uint64_t> id = entry.id;
        if (id && pattern.matches(*id, entry.path))
            targets.push_back({*id, entry.path.empty() ? std::to_string(*id) : entry.path});
    }
    if (targets.empty())
        return Error{.message = pattern.glob()
                                    ? fmt::format("no {} matches {}", what, pattern.text())
                                    : fmt::format("no {} is set for {}", what, pattern.text()),
                     .hint = std::string(hint),
                     .error_number = ENOENT};
    return targets;
}

} // namespace kmemcgd
