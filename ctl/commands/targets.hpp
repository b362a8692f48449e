// SPDX-License-Identifier: GPL-2.0-only
// The memcgs that somebody means: ids, paths and globs, several at once.
#pragma once

#include "commands/command.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace kmemcgd {

struct Target {
    std::uint64_t id = 0;
    std::string name; // its path, or its id if that is how it was named
};

struct Failure {
    std::string target;
    Error error;
};

// One word of a command line. "*" does not match "/". A backslash is itself,
// because systemd writes it into the names of units.
class Pattern {
public:
    static Result<Pattern> parse(const Context& context, const std::string& word);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::optional<std::uint64_t> id() const { return id_; }
    [[nodiscard]] bool glob() const;
    [[nodiscard]] bool matches(std::uint64_t id, const std::string& path) const;

private:
    std::string text_;
    std::optional<std::uint64_t> id_;
};

// All cgroups that are meant; an error when there is none.
Result<std::vector<Target>> live_targets(const Context& context, const Pattern& pattern);

// What each word found, each memcg once; a word that failed does not stop the others.
struct Targets {
    std::vector<Target> found;
    std::vector<Failure> failures;
};
using FindTargets = std::function<Result<std::vector<Target>>(const Pattern& pattern)>;
Targets find_each(const Context& context, const std::vector<std::string>& words,
                  const FindTargets& find);

// What "--help" says of words that name targets.
constexpr auto targets_meaning = "paths from the cgroup root (/app), ids, or quoted globs";

// Whether they name a single cgroup, of which all is shown.
bool name_one(const Context& context, const std::vector<std::string>& words);

// Whether it would be the same for each of them.
bool concerns_all(const Error& error);

Json to_json(const std::vector<Failure>& failures);

// Names each failure. 0 when there was none, 6 when something was done all the
// same, else the code of the first.
int conclude(const Context& context, const std::vector<Failure>& failures, bool something_done);

// Of what was listed: as above, and 6 when the list may lack some, which it says.
int conclude_listing(const Context& context, const std::vector<Failure>& failures,
                     bool something_listed, bool complete);

} // namespace kmemcgd
