// SPDX-License-Identifier: GPL-2.0-only
#include "commands/targets.hpp"

#include "commands/cgroup_path.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <fnmatch.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view wildcards = "*?[";

bool has_wildcard(const std::string& text) {
    return text.find_first_of(wildcards) != std::string::npos;
}

bool fits(const std::string& pattern, const std::string& text) {
    return ::fnmatch(pattern.c_str(), text.c_str(), FNM_PATHNAME | FNM_NOESCAPE) == 0;
}

// One component after the other, so that only directories that can match are
// read: a host may have a hundred thousand.
std::vector<fs::path> expand(const fs::path& root, const std::string& pattern) {
    std::vector<fs::path> paths{"/"};
    for (const auto& component : fs::path(pattern).relative_path()) {
        std::vector<fs::path> next;
        for (const auto& path : paths) {
            if (!has_wildcard(component.string())) {
                next.push_back(path / component);
                continue;
            }
            std::error_code gone; // a cgroup that has just gone has none
            for (const auto& name : subdirectories(root / path.relative_path(), gone)) {
                if (fits(component.string(), name))
                    next.push_back(path / name);
            }
        }
        paths = std::move(next);
    }
    return paths;
}

} // namespace

Result<Pattern> Pattern::parse(const Context& context, const std::string& word) {
    Pattern pattern;
    pattern.id_ = parse_memcg_id(word);
    pattern.text_ = word;
    if (pattern.id_)
        return pattern;
    auto path = path_in_hierarchy(context, word);
    if (!path)
        return path.error();
    pattern.text_ = std::move(*path);
    return pattern;
}

bool Pattern::glob() const {
    return !id_ && has_wildcard(text_);
}

bool Pattern::matches(std::uint64_t id, const std::string& path) const {
    if (id_)
        return *id_ == id;
    return path == text_ || (glob() && fits(text_, path));
}

Result<std::vector<Target>> live_targets(const Context& context, const Pattern& pattern) {
    if (pattern.id())
        return std::vector{Target{*pattern.id(), pattern.text()}};
    const auto root = memory_cgroup_root(context);
    if (!root)
        return root.error();
    // A directory may have brackets in its name.
    std::vector<fs::path> paths{pattern.text()};
    auto exact = live_memcg_id(context, pattern.text());
    if (!exact)
        return exact.error();
    if (!*exact && pattern.glob())
        paths = expand(*root, pattern.text());

    std::vector<Target> targets;
    for (const auto& path : paths) {
        const auto id = live_memcg_id(context, path.string());
        // A glob means those that have a memcg; which one went meanwhile is no matter.
        if (id && *id)
            targets.push_back({**id, path.string()});
    }
    if (targets.empty())
        return Error{.message = pattern.glob()
                                    ? fmt::format("no cgroup matches {}", pattern.text())
                                    : fmt::format("there is no cgroup {}", pattern.text()),
                     .hint = path_hint,
                     .error_number = ENOENT};
    return targets;
}

Targets find_each(const Context& context, const std::vector<std::string>& words,
                  const FindTargets& find) {
    Targets all;
    for (const auto& word : words) {
        const auto pattern = Pattern::parse(context, word);
        auto found = pattern ? find(*pattern) : Result<std::vector<Target>>(pattern.error());
        if (!found) {
            all.failures.push_back({word, found.error()});
            continue;
        }
        for (auto& target : *found) {
            const bool twice =
                std::any_of(all.found.begin(), all.found.end(),
                            [&](const auto& other) { return other.id == target.id; });
            if (!twice)
                all.found.push_back(std::move(target));
        }
    }
    return all;
}

bool concerns_all(const Error& error) {
    return error.fault != Fault::failed && error.fault != Fault::usage;
}

Json to_json(const std::vector<Failure>& failures) {
    Json list = Json::array();
    for (const auto& failure : failures)
        list.push_back({{"target", failure.target}, {"error", to_json(failure.error)}});
    return list;
}

int conclude(const Context& context, const std::vector<Failure>& failures, bool something_done) {
    std::string said;
    for (const auto& failure : failures) {
        auto error = failure.error;
        // The same advice once.
        if (error.hint == said)
            error.hint.clear();
        else
            said = error.hint;
        context.complain(error);
    }
    if (failures.empty())
        return exit_ok;
    return something_done ? exit_partial : static_cast<int>(failures.front().error.fault);
}

bool name_one(const Context& context, const std::vector<std::string>& words) {
    return words.size() == 1 && !Pattern::parse(context, words.front())->glob();
}

int conclude_listing(const Context& context, const std::vector<Failure>& failures,
                     bool something_listed, bool complete) {
    if (!complete)
        context.err() << "kmemcgctl: cgroups came and went while they were listed, three times "
                         "over: the list may lack some or name some that are gone\n";
    const int code = conclude(context, failures, something_listed);
    return code == exit_ok && !complete ? exit_partial : code;
}

} // namespace kmemcgd
