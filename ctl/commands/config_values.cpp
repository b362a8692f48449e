// SPDX-License-Identifier: GPL-2.0-only
#include "commands/config_values.hpp"

#include "commands/command.hpp"
#include "render/nearest.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint64_t bytes_per_mb = 1 << 20;

Error unknown_name(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& field : config_fields()) {
        names.emplace_back(field.name);
        if (!field.alias.empty())
            names.emplace_back(field.alias);
    }
    auto error =
        usage_error(fmt::format("there is no tunable \"{}\"", name), "kmemcgctl config show");
    if (const auto meant = nearest(name, names))
        error.hint = fmt::format("did you mean \"{}\"?", *meant);
    return error;
}

bool bare_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<std::uint64_t> parse_time(std::string_view text, bool alias, std::uint64_t unit_ns,
                                 std::string_view unit) {
    const auto ns = parse_duration_ns(text, alias ? 0 : unit_ns);
    if (!ns)
        return ns;
    if (*ns % unit_ns != 0)
        return usage_error(fmt::format("\"{}\" is not a whole number of {}", text, unit));
    return *ns / unit_ns;
}

// An alias does not say what a bare number counts.
Error needs_unit(const ConfigField& field, std::string_view text, std::string_view suffix,
                 std::string_view unit) {
    return usage_error(
        fmt::format("\"{}\" needs a unit", text),
        fmt::format("write {}={}{}, or {} in {}", field.alias, text, suffix, field.name, unit));
}

Result<std::uint64_t> parse_share(const ConfigField& field, std::string_view text, bool alias) {
    if (bare_number(text) && !alias)
        return parse_count(text);
    if (bare_number(text))
        return needs_unit(field, text, "%", "permille");
    return parse_percent_as_permille(text);
}

Result<std::uint64_t> parse_percent(const ConfigField& field, std::string_view text, bool alias) {
    if (bare_number(text) && !alias)
        return parse_count(text);
    if (bare_number(text))
        return needs_unit(field, text, "%", "percent");
    const auto permille = parse_percent_as_permille(text);
    if (!permille)
        return permille;
    if (*permille % 10 != 0)
        return usage_error(fmt::format("\"{}\" is not a whole number of percent", text));
    return *permille / 10;
}

Result<std::uint64_t> parse_size_in_mb(const ConfigField& field, std::string_view text,
                                       bool alias) {
    if (text == "0" || (bare_number(text) && !alias))
        return parse_count(text);
    if (bare_number(text))
        return needs_unit(field, text, "M", "MiB");
    const auto bytes = parse_bytes(text);
    if (!bytes)
        return bytes;
    if (*bytes % bytes_per_mb != 0)
        return usage_error(fmt::format("\"{}\" is not a whole number of MiB", text));
    return *bytes / bytes_per_mb;
}

Result<std::uint64_t> parse_value(const ConfigField& field, std::string_view text, bool alias) {
    switch (field.quantity) {
    case Quantity::boolean: {
        const auto value = parse_boolean(text);
        if (!value)
            return value.error();
        return std::uint64_t{*value ? 1U : 0U};
    }
    case Quantity::permille:
        return parse_share(field, text, alias);
    case Quantity::microseconds:
        return parse_time(text, alias, ns_per_us, "microseconds");
    case Quantity::milliseconds:
        return parse_time(text, alias, ns_per_ms, "milliseconds");
    case Quantity::percent:
        return parse_percent(field, text, alias);
    case Quantity::mebibytes:
        return parse_size_in_mb(field, text, alias);
    case Quantity::pages:
    case Quantity::count:
        break;
    }
    return parse_count(text);
}

} // namespace

std::string format_config_value(const ConfigField& field, std::uint32_t value) {
    switch (field.quantity) {
    case Quantity::boolean:
        return value != 0 ? "on" : "off";
    case Quantity::permille:
        return format_permille(value);
    case Quantity::microseconds:
        return format_duration_ns(value * ns_per_us);
    case Quantity::milliseconds:
        return format_duration_ns(value * ns_per_ms);
    case Quantity::pages:
        return fmt::format("{} pages", format_count(value));
    case Quantity::percent:
        return fmt::format("{} %", value);
    case Quantity::mebibytes:
        return format_bytes(value * bytes_per_mb);
    case Quantity::count:
        break;
    }
    return format_count(value);
}

Result<std::vector<ConfigChange>> parse_config_changes(std::span<const std::string> words) {
    std::vector<ConfigChange> changes;
    for (const std::string_view word : words) {
        const auto equals = word.find('=');
        if (equals == std::string_view::npos)
            return usage_error(fmt::format("\"{}\" is not NAME=VALUE", word));
        const auto name = word.substr(0, equals);
        const auto* field = find_config_field(name);
        if (field == nullptr)
            return unknown_name(name);
        auto value = parse_value(*field, word.substr(equals + 1), name != field->name);
        if (!value) {
            value.error().message = fmt::format("{}: {}", name, value.error().message);
            return value.error();
        }
        if (*value > std::numeric_limits<std::uint32_t>::max())
            return usage_error(
                fmt::format("{}: \"{}\" is far too large", name, word.substr(equals + 1)));
        const bool twice = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
            return change.which == field->attribute;
        });
        if (twice)
            return usage_error(fmt::format("{} is set twice", field->name));
        changes.push_back({field->attribute, static_cast<std::uint32_t>(*value)});
    }
    return changes;
}

} // namespace kmemcgd
