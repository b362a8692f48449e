// SPDX-License-Identifier: GPL-2.0-only
#include "policy/toml_reader.hpp"

#include "render/nearest.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

namespace kmemcgd {
namespace {

std::string kind_of(const toml::node& node) {
    std::ostringstream kind;
    kind << node.type();
    return kind.str();
}

} // namespace

std::optional<std::string> as_word(const toml::node& node) {
    if (const auto* text = node.as_string())
        return text->get();
    if (const auto* number = node.as_integer())
        return std::to_string(number->get());
    if (const auto* truth = node.as_boolean())
        return truth->get() ? "yes" : "no";
    return std::nullopt;
}

std::string TomlReader::place(const toml::source_region& region) const {
    return fmt::format("{}:{}:{}", name_, region.begin.line, region.begin.column);
}

Error TomlReader::at(const toml::node& node, std::string_view message, std::string hint) const {
    return usage_error(fmt::format("{}: {}", place(node.source()), message), std::move(hint));
}

Error TomlReader::wrong_kind(const toml::node& node, std::string_view key,
                             std::string_view expected) const {
    return at(node, fmt::format("{}: expected {}, found {}", key, expected, kind_of(node)));
}

Status TomlReader::only(const toml::table& table, std::span<const std::string_view> known) const {
    for (const auto& [key, value] : table) {
        if (std::find(known.begin(), known.end(), key.str()) != known.end())
            continue;
        const std::vector<std::string> names(known.begin(), known.end());
        const auto meant = nearest(key.str(), names);
        return usage_error(fmt::format("{}: unknown key \"{}\"", place(key.source()), key.str()),
                           meant ? fmt::format("did you mean {}?", *meant)
                                 : fmt::format("there are: {}", fmt::join(names, ", ")));
    }
    return success();
}

Status TomlReader::take_truth(const toml::table& table, std::string_view key, bool& out) const {
    const auto* node = table.get(key);
    if (node == nullptr)
        return success();
    const auto* truth = node->as_boolean();
    if (truth == nullptr)
        return wrong_kind(*node, key, "true or false");
    out = truth->get();
    return success();
}

Status TomlReader::take_size(const toml::table& table, std::string_view key,
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

} // namespace kmemcgd
