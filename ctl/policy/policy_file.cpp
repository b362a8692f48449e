// SPDX-License-Identifier: GPL-2.0-only
#include "policy/policy_file.hpp"

#include "commands/config_values.hpp"
#include "policy/frag_rule_reader.hpp"
#include "policy/presets.hpp"
#include "policy/rule_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

class Parser : private TomlReader {
public:
    explicit Parser(std::string name) : TomlReader(std::move(name)) {}

    Result<PolicyFile> parse(std::string_view text) {
        const auto parsed = toml::parse(text, name());
        if (!parsed)
            return usage_error(fmt::format("{}: {}", place(parsed.error().source()),
                                           parsed.error().description()));
        if (auto taken = take_file(parsed.table()); !taken)
            return taken.error();
        return std::move(file_);
    }

private:
    Status take_file(const toml::table& table) {
        constexpr std::array<std::string_view, 5> keys{"module", "policy", "presets", "metrics",
                                                       "fragmentation"};
        if (auto known = only(table, keys); !known)
            return known;
        if (const auto* node = table.get("module")) {
            if (auto taken = take_tunables(*node); !taken)
                return taken;
        }
        if (const auto* node = table.get("metrics")) {
            if (auto taken = take_metrics(*node); !taken)
                return taken;
        }
        if (const auto* node = table.get("fragmentation")) {
            const auto* values = node->as_table();
            if (values == nullptr)
                return wrong_kind(*node, "fragmentation", "a table, [fragmentation]");
            if (auto taken = read_frag_rule(*this, *values, file_.fragmentation.emplace()); !taken)
                return taken;
        }
        if (const auto* node = table.get("policy")) {
            if (auto taken = take_rules(*node); !taken)
                return taken;
        }
        if (const auto* node = table.get("presets"))
            return take_presets(*node);
        return success();
    }

    Status take_tunables(const toml::node& node) {
        const auto* table = node.as_table();
        if (table == nullptr)
            return wrong_kind(node, "module", "a table, [module]");
        for (const auto& [key, value] : *table) {
            const auto word = as_word(value);
            if (!word)
                return wrong_kind(value, key.str(), "a number, a truth value or a string");
            words_.push_back(fmt::format("{}={}", key.str(), *word));
            // All so far, so that one that is set twice is noticed where it is.
            auto changes = parse_config_changes(words_);
            if (!changes)
                return at(value, changes.error().message, changes.error().hint);
            file_.tunables = std::move(*changes);
        }
        return success();
    }

    Status take_metrics(const toml::node& node) {
        const auto* table = node.as_table();
        if (table == nullptr)
            return wrong_kind(node, "metrics", "a table, [metrics]");
        constexpr std::array<std::string_view, 4> keys{"listen", "textfile", "interval",
                                                       "per_cgroup"};
        if (auto known = only(*table, keys); !known)
            return known;
        auto& metrics = file_.metrics;
        const Status taken[] = {
            take_text(*table, "listen", "\"ADDRESS:PORT\"", parse_listen_address, metrics.listen),
            take_text(*table, "textfile", "a path", parse_textfile, metrics.textfile),
            take_text(*table, "interval", "a duration such as \"15s\"", parse_textfile_interval,
                      metrics.interval),
            take_truth(*table, "per_cgroup", metrics.per_cgroup),
        };
        return first_failure(taken);
    }

    Status take_presets(const toml::node& node) {
        const auto* list = node.as_array();
        if (list == nullptr)
            return wrong_kind(node, "presets", "a list of names");
        for (const auto& entry : *list) {
            const auto* name = entry.as_string();
            if (name == nullptr)
                return wrong_kind(entry, "presets", "a name");
            const auto all = presets();
            const auto preset = std::find_if(all.begin(), all.end(), [&](const Preset& known) {
                return known.name == name->get();
            });
            if (preset == all.end()) {
                std::vector<std::string> names;
                for (const auto& known : all)
                    names.emplace_back(known.name);
                return at(entry, fmt::format("there is no preset \"{}\"", name->get()),
                          fmt::format("there are: {}", fmt::join(names, ", ")));
            }
            auto rules = parse_policy(preset->text, "preset " + std::string(preset->name));
            if (!rules)
                return rules.error();
            for (auto& rule : rules->rules) {
                rule.origin = "preset " + std::string(preset->name);
                if (auto added = add(entry, std::move(rule)); !added)
                    return added;
            }
        }
        return success();
    }

    Status add(const toml::node& node, Rule rule) {
        for (const auto& other : file_.rules) {
            if (other.name == rule.name)
                return at(node, fmt::format("a policy \"{}\" is there already ({})", rule.name,
                                            other.origin));
        }
        file_.rules.push_back(std::move(rule));
        return success();
    }

    Status take_rules(const toml::node& node) {
        const auto* list = node.as_array();
        if (list == nullptr)
            return wrong_kind(node, "policy", "[[policy]], with two brackets");
        for (const auto& entry : *list) {
            const auto* table = entry.as_table();
            if (table == nullptr)
                return wrong_kind(entry, "policy", "[[policy]], with two brackets");
            Rule rule;
            rule.origin = fmt::format("{}:{}", name(), entry.source().begin.line);
            if (auto taken = read_rule(*this, *table, rule); !taken)
                return taken;
            if (auto added = add(entry, std::move(rule)); !added)
                return added;
        }
        return success();
    }

    std::vector<std::string> words_; // the tunables so far
    PolicyFile file_;
};

} // namespace

Result<PolicyFile> parse_policy(std::string_view text, const std::string& name) {
    return Parser(name).parse(text);
}

Result<PolicyFile> read_policy(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    if (file)
        text << file.rdbuf();
    if (!file || file.bad())
        return Error{.message =
                         fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)),
                     .hint = "name the policy file with --file PATH",
                     .error_number = errno};
    return parse_policy(text.str(), path.string());
}

} // namespace kmemcgd
