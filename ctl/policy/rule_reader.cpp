// SPDX-License-Identifier: GPL-2.0-only
#include "policy/rule_reader.hpp"

#include "commands/qos_values.hpp"
#include "commands/watermark_values.hpp"

#include <array>

namespace kmemcgd {
namespace {

constexpr std::uint32_t ratio_max = 100;
constexpr std::uint32_t scale_factor_max = 1000;
constexpr std::uint32_t swappiness_max = 200;
constexpr std::uint32_t request_ratio_max = 100;

// "--ratio: what": the option's name is the key's business here.
std::string without_option(const std::string& message) {
    const auto colon = message.find(": ");
    return message.starts_with("--") && colon != std::string::npos ? message.substr(colon + 2)
                                                                   : message;
}

class RuleReader : private TomlReader {
public:
    explicit RuleReader(const TomlReader& reader) : TomlReader(reader) {}

    [[nodiscard]] Status read(const toml::table& table, Rule& rule) const {
        constexpr std::array<std::string_view, 9> keys{
            "name", "match", "cgroup", "limit", "opt_out", "class", "request", "swap", "watermark"};
        if (auto known = only(table, keys); !known)
            return known;
        const Status taken[] = {
            take_name(table, rule),
            take_globs(table, rule),
            take_version(table, rule),
            take_limits(table, rule),
            take_truth(table, "opt_out", rule.opt_out),
            take_class(table, rule),
            take_watermark(table, rule),
        };
        return first_failure(taken);
    }

private:
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

    [[nodiscard]] Status take_class(const toml::table& table, Rule& rule) const {
        constexpr std::pair<std::string_view, std::string QosOptions::*> members[] = {
            {"class", &QosOptions::qos_class},
            {"request", &QosOptions::request},
            {"swap", &QosOptions::swap},
        };
        QosChange change;
        for (const auto& [key, member] : members) {
            const auto* node = table.get(key);
            if (node == nullptr)
                continue;
            if (rule.opt_out)
                return at(*node,
                          fmt::format("policy \"{}\" opts out and has a {}", rule.name, key));
            const auto word = as_word(*node);
            if (!word || word->empty())
                return wrong_kind(*node, key, "a number, or a string that is not empty");
            QosOptions typed;
            typed.*member = *word;
            const auto one = typed.parse();
            if (!one)
                return at(*node, fmt::format("{}: {}", key, without_option(one.error().message)),
                          one.error().hint);
            if (auto fits = check_range(key, *node, *one); !fits)
                return fits;
            merge(*one, change);
            if (!change.qos_class)
                return at(*node, fmt::format("policy \"{}\" has a {} and no class", rule.name, key),
                          "it is for those from whom memory is taken: class = \"burstable\"");
            rule.qos = complete(change);
        }
        return success();
    }

    [[nodiscard]] Status check_range(std::string_view key, const toml::node& value,
                                     const QosChange& one) const {
        if (one.qos_class.value_or(0) > KMEMCGD_CLASS_MAX)
            return at(value,
                      fmt::format("{}: expected a name, or 0 to {}", key, KMEMCGD_CLASS_MAX));
        if (one.request_ratio.value_or(0) > request_ratio_max)
            return at(value, fmt::format("{}: expected 0% to {}%", key, request_ratio_max));
        return success();
    }

    [[nodiscard]] Status take_watermark(const toml::table& table, Rule& rule) const {
        const auto* node = table.get("watermark");
        if (node == nullptr && !rule.opt_out && !rule.qos)
            return at(table, fmt::format("policy \"{}\" does nothing", rule.name),
                      "it needs [policy.watermark], a class, or opt_out = true");
        if (rule.opt_out)
            rule.watermark = watermark_off();
        if (node == nullptr)
            return success();
        if (rule.opt_out)
            return at(*node, fmt::format("policy \"{}\" opts out and has a watermark", rule.name));
        if (node->is_string() && node->as_string()->get() == "off") {
            rule.watermark = watermark_off();
            return success();
        }
        const auto* values = node->as_table();
        if (values == nullptr)
            return wrong_kind(*node, "watermark", "a table, [policy.watermark], or \"off\"");
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
                      "it needs ratio or high_headroom; or opt_out = true, or watermark = \"off\"");
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

    static void take(const auto& from, auto& to) {
        if (from)
            to = from;
    }

    static void merge(const QosChange& one, QosChange& all) {
        take(one.qos_class, all.qos_class);
        take(one.request_bytes, all.request_bytes);
        take(one.request_ratio, all.request_ratio);
        take(one.swap, all.swap);
    }

    static void merge(const WatermarkChange& one, WatermarkChange& all) {
        take(one.ratio, all.ratio);
        take(one.scale_factor, all.scale_factor);
        take(one.high_headroom_bytes, all.high_headroom_bytes);
        take(one.low_headroom_bytes, all.low_headroom_bytes);
        take(one.swap, all.swap);
        take(one.swappiness, all.swappiness);
    }
};

} // namespace

Status read_rule(const TomlReader& reader, const toml::table& table, Rule& rule) {
    return RuleReader(reader).read(table, rule);
}

} // namespace kmemcgd
