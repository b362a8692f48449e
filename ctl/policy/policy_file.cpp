// SPDX-License-Identifier: GPL-2.0-only
#include "policy/policy_file.hpp"

#include "commands/config_values.hpp"
#include "commands/watermark_values.hpp"
#include "policy/presets.hpp"
#include "render/nearest.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace kmemcgd {
namespace {

using Keys = std::span<const std::string_view>;

constexpr std::uint32_t ratio_max = 100;
constexpr std::uint32_t scale_factor_max = 1000;
constexpr std::uint32_t swappiness_max = 200;

// A number, a word or a truth value as one types it on a command line.
std::optional<std::string> as_word(const toml::node& node) {
    if (const auto* text = node.as_string())
        return text->get();
    if (const auto* number = node.as_integer())
        return std::to_string(number->get());
    if (const auto* truth = node.as_boolean())
        return truth->get() ? "yes" : "no";
    return std::nullopt;
}

std::string kind_of(const toml::node& node) {
    std::ostringstream kind;
    kind << node.type();
    return kind.str();
}

// "--ratio: what": the option's name is the key's business here.
std::string without_option(const std::string& message) {
    const auto colon = message.find(": ");
    return message.starts_with("--") && colon != std::string::npos ? message.substr(colon + 2)
                                                                   : message;
}

class Parser {
public:
    explicit Parser(std::string name) : name_(std::move(name)) {}

    Result<PolicyFile> parse(std::string_view text) {
        const auto parsed = toml::parse(text, name_);
        if (!parsed)
            return Error{.fault = Fault::usage,
                         .message = fmt::format("{}: {}", place(parsed.error().source()),
                                                parsed.error().description())};
        if (auto taken = take_file(parsed.table()); !taken)
            return taken.error();
        return std::move(file_);
    }

private:
    [[nodiscard]] std::string place(const toml::source_region& region) const {
        return fmt::format("{}:{}:{}", name_, region.begin.line, region.begin.column);
    }
    [[nodiscard]] Error at(const toml::node& node, std::string_view message,
                           std::string hint = {}) const {
        return {.fault = Fault::usage,
                .message = fmt::format("{}: {}", place(node.source()), message),
                .hint = std::move(hint)};
    }
    [[nodiscard]] Error wrong_kind(const toml::node& node, std::string_view key,
                                   std::string_view expected) const {
        return at(node, fmt::format("{}: expected {}, found {}", key, expected, kind_of(node)));
    }

    [[nodiscard]] Status only(const toml::table& table, Keys known) const {
        for (const auto& [key, value] : table) {
            if (std::find(known.begin(), known.end(), key.str()) != known.end())
                continue;
            const std::vector<std::string> names(known.begin(), known.end());
            const auto meant = nearest(key.str(), names);
            return Error{.fault = Fault::usage,
                         .message =
                             fmt::format("{}: unknown key \"{}\"", place(key.source()), key.str()),
                         .hint = meant ? fmt::format("did you mean {}?", *meant)
                                       : fmt::format("there are: {}", fmt::join(names, ", "))};
        }
        return success();
    }

    Status take_file(const toml::table& table) {
        constexpr std::array<std::string_view, 3> keys{"module", "policy", "presets"};
        if (auto known = only(table, keys); !known)
            return known;
        if (const auto* node = table.get("module")) {
            if (auto taken = take_tunables(*node); !taken)
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
            rule.origin = fmt::format("{}:{}", name_, entry.source().begin.line);
            if (auto taken = take_rule(*table, rule); !taken)
                return taken;
            if (auto added = add(entry, std::move(rule)); !added)
                return added;
        }
        return success();
    }

    Status take_rule(const toml::table& table, Rule& rule) {
        constexpr std::array<std::string_view, 6> keys{"name",  "match",   "cgroup",
                                                       "limit", "opt_out", "watermark"};
        if (auto known = only(table, keys); !known)
            return known;
        const Status taken[] = {
            take_name(table, rule),   take_globs(table, rule),   take_version(table, rule),
            take_limits(table, rule), take_opt_out(table, rule), take_watermark(table, rule),
        };
        for (const auto& status : taken) {
            if (!status)
                return status;
        }
        return success();
    }

    [[nodiscard]] Status take_name(const toml::table& table, Rule& rule) const {
        const auto* node = table.get("name");
        if (node == nullptr)
            return at(table, "a policy needs a name");
        const auto* text = node->as_string();
        if (text == nullptr || text->get().empty())
            return wrong_kind(*node, "name", "a string that is not empty");
        rule.name = text->get();
        return success();
    }

    [[nodiscard]] Status take_globs(const toml::table& table, Rule& rule) const {
        const auto* node = table.get("match");
        if (node == nullptr)
            return at(table, fmt::format("policy \"{}\" needs match = \"/PATH\"", rule.name),
                      "a glob on the cgroup's path, or a list of them");
        if (const auto* list = node->as_array()) {
            for (const auto& entry : *list) {
                if (auto taken = take_glob(entry, rule); !taken)
                    return taken;
            }
        } else if (auto taken = take_glob(*node, rule); !taken) {
            return taken;
        }
        if (rule.globs.empty())
            return at(*node, "match: the list is empty");
        return success();
    }

    [[nodiscard]] Status take_glob(const toml::node& node, Rule& rule) const {
        const auto* text = node.as_string();
        if (text == nullptr)
            return wrong_kind(node, "match", "a glob or a list of globs");
        if (!text->get().starts_with('/'))
            return at(node, fmt::format("match: \"{}\" does not begin with /", text->get()),
                      "paths count from the root of the hierarchy, such as /system.slice/*");
        rule.globs.push_back(text->get());
        return success();
    }

    [[nodiscard]] Status take_version(const toml::table& table, Rule& rule) const {
        const auto* node = table.get("cgroup");
        if (node == nullptr)
            return success();
        const auto* number = node->as_integer();
        if (number == nullptr || (number->get() != 1 && number->get() != 2))
            return at(*node, "cgroup: expected 1 or 2");
        rule.cgroup_version = static_cast<std::uint32_t>(number->get());
        return success();
    }

    [[nodiscard]] Status take_limits(const toml::table& table, Rule& rule) const {
        const auto* node = table.get("limit");
        if (node == nullptr)
            return success();
        const auto* limits = node->as_table();
        if (limits == nullptr)
            return wrong_kind(*node, "limit", "a table such as { min = \"64M\", max = \"8G\" }");
        constexpr std::array<std::string_view, 2> keys{"min", "max"};
        if (auto known = only(*limits, keys); !known)
            return known;
        if (auto taken = take_size(*limits, "min", rule.limit_min_bytes); !taken)
            return taken;
        if (auto taken = take_size(*limits, "max", rule.limit_max_bytes); !taken)
            return taken;
        if (rule.limit_min_bytes && rule.limit_max_bytes &&
            *rule.limit_min_bytes > *rule.limit_max_bytes)
            return at(*node, "limit: min is larger than max, so that nothing fits");
        return success();
    }

    [[nodiscard]] Status take_size(const toml::table& table, std::string_view key,
                                   std::optional<std::uint64_t>& out) const {
        const auto* node = table.get(key);
        if (node == nullptr)
            return success();
        const auto word = as_word(*node);
        if (!word)
            return wrong_kind(*node, key, "a size such as \"64M\"");
        const auto bytes = parse_bytes(*word);
        if (!bytes)
            return at(*node, fmt::format("{}: {}", key, bytes.error().message), bytes.error().hint);
        out = *bytes;
        return success();
    }

    [[nodiscard]] Status take_opt_out(const toml::table& table, Rule& rule) const {
        const auto* node = table.get("opt_out");
        if (node == nullptr)
            return success();
        const auto* truth = node->as_boolean();
        if (truth == nullptr)
            return wrong_kind(*node, "opt_out", "true or false");
        rule.opt_out = truth->get();
        return success();
    }

    [[nodiscard]] Status take_watermark(const toml::table& table, Rule& rule) const {
        const auto* node = table.get("watermark");
        if (node == nullptr && !rule.opt_out)
            return at(table, fmt::format("policy \"{}\" does nothing", rule.name),
                      "it needs [policy.watermark], or opt_out = true");
        rule.watermark = watermark_off();
        if (node == nullptr)
            return success();
        if (rule.opt_out)
            return at(*node, fmt::format("policy \"{}\" opts out and has a watermark", rule.name));
        const auto* values = node->as_table();
        if (values == nullptr)
            return wrong_kind(*node, "watermark", "a table, [policy.watermark]");
        constexpr std::array<std::string_view, 6> keys{
            "ratio", "scale_factor", "high_headroom", "low_headroom", "swap", "swappiness"};
        if (auto known = only(*values, keys); !known)
            return known;
        WatermarkChange change;
        for (const auto& [key, value] : *values) {
            if (auto taken = take_mark(key.str(), value, change); !taken)
                return taken;
        }
        if (change.ratio.value_or(0) == 0 && change.high_headroom_bytes.value_or(0) == 0)
            return at(*node, fmt::format("policy \"{}\" sets no mark", rule.name),
                      "it needs ratio or high_headroom, or opt_out = true instead");
        rule.watermark = complete(change);
        return success();
    }

    [[nodiscard]] Status take_mark(std::string_view key, const toml::node& value,
                                   WatermarkChange& change) const {
        const auto word = as_word(value);
        if (!word)
            return wrong_kind(value, key, "a number, a size, a truth value or a string");
        WatermarkOptions typed;
        const std::pair<std::string_view, std::string WatermarkOptions::*> members[] = {
            {"ratio", &WatermarkOptions::ratio},
            {"scale_factor", &WatermarkOptions::scale_factor},
            {"high_headroom", &WatermarkOptions::high_headroom},
            {"low_headroom", &WatermarkOptions::low_headroom},
            {"swap", &WatermarkOptions::swap},
            {"swappiness", &WatermarkOptions::swappiness},
        };
        for (const auto& [name, member] : members) {
            if (name == key)
                typed.*member = *word;
        }
        if (typed.empty())
            return at(value, fmt::format("{}: the string is empty", key));
        const auto one = typed.parse();
        if (!one)
            return at(value, fmt::format("{}: {}", key, without_option(one.error().message)),
                      one.error().hint);
        if (auto fits = check_range(key, value, *one); !fits)
            return fits;
        merge(*one, change);
        return success();
    }

    // The module checks them as well, but only once there is a cgroup to set them on.
    [[nodiscard]] Status check_range(std::string_view key, const toml::node& value,
                                     const WatermarkChange& one) const {
        if (one.ratio.value_or(0) > ratio_max)
            return at(value, fmt::format("{}: expected 0 to {}", key, ratio_max));
        const auto factor = one.scale_factor.value_or(1);
        if (factor < 1 || factor > scale_factor_max)
            return at(value, fmt::format("{}: expected 1 to {}", key, scale_factor_max));
        const auto swappiness = one.swappiness.value_or(0);
        if (swappiness > swappiness_max && swappiness != KMEMCGD_WMARK_SWAPPINESS_OWN)
            return at(value, fmt::format("{}: expected 0 to {}, or \"own\"", key, swappiness_max));
        return success();
    }

    static void merge(const WatermarkChange& one, WatermarkChange& all) {
        const auto take = [](const auto& from, auto& to) {
            if (from)
                to = from;
        };
        take(one.ratio, all.ratio);
        take(one.scale_factor, all.scale_factor);
        take(one.high_headroom_bytes, all.high_headroom_bytes);
        take(one.low_headroom_bytes, all.low_headroom_bytes);
        take(one.swap, all.swap);
        take(one.swappiness, all.swappiness);
    }

    std::string name_;
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
