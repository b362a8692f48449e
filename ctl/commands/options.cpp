// SPDX-License-Identifier: GPL-2.0-only
#include "commands/options.hpp"

#include "render/units.hpp"

#include <algorithm>
#include <limits>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kmemcgd {
namespace {

// Not as CLI11 reads numbers, for which 010 is 8, what is too large the largest there is,
// and an empty word no option at all.
template <class T>
void add_number(CLI::App& app, const std::string& name, std::optional<T>& target,
                const std::string& help) {
    const auto take = [name, &target](const std::string& text) {
        const auto number = parse_count(text, std::numeric_limits<T>::max());
        if (!number)
            throw CLI::ValidationError(name, number.error().message);
        target = static_cast<T>(*number);
    };
    app.add_option_function<std::string>(name, take, help)->type_name("N");
}

} // namespace

Options Options::subcommand(const std::string& name, const std::string& summary) {
    auto* sub = app_->add_subcommand(name, summary);
    sub->fallthrough(); // "--json" may stand anywhere
    app_->require_subcommand(0, 1);
    return Options(*sub);
}

void Options::needs_subcommand() {
    app_->require_subcommand(1);
}

void Options::flag(const std::string& name, bool& target, const std::string& help) {
    app_->add_flag(name, target, help);
}

void Options::text(const std::string& name, std::string& target, const std::string& placeholder,
                   const std::string& help) {
    app_->add_option(name, target, help)->option_text(placeholder);
}

void Options::number(const std::string& name, std::optional<std::uint64_t>& target,
                     const std::string& help) {
    add_number(*app_, name, target, help);
}

void Options::number(const std::string& name, std::optional<std::uint32_t>& target,
                     const std::string& help) {
    add_number(*app_, name, target, help);
}

void Options::choice(const std::string& name, std::string& target,
                     std::span<const std::string_view> names, const std::string& help) {
    const std::vector<std::string_view> list(names.begin(), names.end());
    const auto take = [name, list, &target](const std::string& word) {
        target = list[find_word(name, word, list)];
    };
    app_->add_option_function<std::string>(name, take, help)->option_text("WORD");
}

std::size_t find_word(const std::string& option, std::string_view word,
                      std::span<const std::string_view> words) {
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end())
        throw CLI::ValidationError(
            option, fmt::format("\"{}\" is none of {}", word, fmt::join(words, ", ")));
    return static_cast<std::size_t>(found - words.begin());
}

void Options::positional(const std::string& name, std::string& target, const std::string& help,
                         bool required) {
    app_->add_option(name, target, help)->required(required);
}

void Options::words(const std::string& name, std::vector<std::string>& target,
                    const std::string& help, bool required) {
    app_->add_option(name, target, help)->required(required);
}

void Options::run(Context& context, Action action) {
    // CLI11 calls the callbacks of subcommands before their parent's.
    app_->callback([&context, action = std::move(action)] {
        if (!context.action)
            context.action = action;
    });
}

} // namespace kmemcgd
