// SPDX-License-Identifier: GPL-2.0-only
// Values of a TOML document, and errors that say where in it, and what is expected.
#pragma once

#include "client/result.hpp"
#include "policy/toml.hpp"

#include <span>
#include <string_view>

#include <fmt/format.h>

namespace kmemcgd {

// A number, a word or a truth value as one types it on a command line.
std::optional<std::string> as_word(const toml::node& node);

// Each take_*() leaves `out` alone where there is no such key.
class TomlReader {
public:
    explicit TomlReader(std::string name) : name_(std::move(name)) {}

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::string place(const toml::source_region& region) const;
    [[nodiscard]] Error at(const toml::node& node, std::string_view message,
                           std::string hint = {}) const;
    [[nodiscard]] Error wrong_kind(const toml::node& node, std::string_view key,
                                   std::string_view expected) const;
    // No other keys than these.
    [[nodiscard]] Status only(const toml::table& table,
                              std::span<const std::string_view> known) const;

    [[nodiscard]] Status take_truth(const toml::table& table, std::string_view key,
                                    bool& out) const;
    [[nodiscard]] Status take_size(const toml::table& table, std::string_view key,
                                   std::optional<std::uint64_t>& out) const;

    // A string that has a parser of its own.
    template <class Value, class Out>
    [[nodiscard]] Status take_text(const toml::table& table, std::string_view key,
                                   std::string_view expected,
                                   Result<Value> (*parser)(const std::string&), Out& out) const {
        const auto* node = table.get(key);
        if (node == nullptr)
            return success();
        const auto* text = node->as_string();
        if (text == nullptr)
            return wrong_kind(*node, key, expected);
        auto value = parser(text->get());
        if (!value)
            return at(*node, fmt::format("{}: {}", key, value.error().message), value.error().hint);
        out = std::move(*value);
        return success();
    }

private:
    std::string name_;
};

} // namespace kmemcgd
