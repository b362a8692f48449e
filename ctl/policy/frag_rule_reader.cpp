// SPDX-License-Identifier: GPL-2.0-only
#include "policy/frag_rule_reader.hpp"

#include <array>
#include <limits>

namespace kmemcgd {
namespace {

// This host's kernel may have fewer: the file may be checked elsewhere.
constexpr std::int64_t largest_order = 32;
constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
constexpr double all_of_the_time = 100; // percent
constexpr double highest_load = 1000;

class FragRuleReader : private TomlReader {
public:
    explicit FragRuleReader(const TomlReader& reader) : TomlReader(reader) {}

    [[nodiscard]] Status read(const toml::table& table, FragRule& rule) const {
        constexpr std::array<std::string_view, 6> keys{"order",     "min_blocks", "node",
                                                       "psi_limit", "load_limit", "relieve"};
        if (auto known = only(table, keys); !known)
            return known;
        if (table.get("order") == nullptr)
            return at(table, "[fragmentation] needs an order: blocks of 2^order pages",
                      "order = 4 is 64 KiB, order = 9 is 2 MiB, with pages of 4 KiB");
        std::optional<std::uint32_t> order;
        std::optional<std::uint32_t> blocks;
        const Status taken[] = {
            take_whole(table, "order", 1, largest_order, order),
            take_whole(table, "min_blocks", 1, most, blocks),
            take_whole(table, "node", 0, most, rule.goal.node),
            take_number(table, "psi_limit", all_of_the_time, "percent", rule.psi_percent),
            take_number(table, "load_limit", highest_load, "for each CPU", rule.load_per_cpu),
            take_truth(table, "relieve", rule.relieve),
        };
        rule.goal.order = order.value_or(0);
        rule.goal.blocks = blocks.value_or(rule.goal.blocks);
        return first_failure(taken);
    }

private:
    [[nodiscard]] Status take_whole(const toml::table& table, std::string_view key,
                                    std::int64_t from, std::int64_t to,
                                    std::optional<std::uint32_t>& out) const {
        const auto* node = table.get(key);
        if (node == nullptr)
            return success();
        const auto* number = node->as_integer();
        if (number == nullptr)
            return wrong_kind(*node, key, fmt::format("a number from {} to {}", from, to));
        if (number->get() < from || number->get() > to)
            return at(*node,
                      fmt::format("{}: expected {} to {}, not {}", key, from, to, number->get()));
        out = static_cast<std::uint32_t>(number->get());
        return success();
    }

    // With or without a fraction.
    [[nodiscard]] Status take_number(const toml::table& table, std::string_view key, double to,
                                     std::string_view unit, std::optional<double>& out) const {
        const auto* node = table.get(key);
        if (node == nullptr)
            return success();
        const auto number = node->value<double>();
        if (!node->is_number() || !number)
            return wrong_kind(*node, key, fmt::format("a number, {}", unit));
        // Neither is "nan" above 0.
        if (!(*number > 0) || *number > to)
            return at(*node, fmt::format("{}: expected more than 0, up to {} ({})", key, to, unit));
        out = *number;
        return success();
    }
};

} // namespace

Status read_frag_rule(const TomlReader& reader, const toml::table& table, FragRule& rule) {
    return FragRuleReader(reader).read(table, rule);
}

} // namespace kmemcgd
