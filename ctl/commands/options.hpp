// SPDX-License-Identifier: GPL-2.0-only
// What a command's line may hold. A thin face of CLI11, which takes longer to
// compile than all the rest of a command: only options.cpp and command.cpp
// include it.
#pragma once

#include "commands/command.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kmemcgd {

class Options {
public:
    explicit Options(CLI::App& app) : app_(&app) {}

    Options subcommand(const std::string& name, const std::string& summary);
    void needs_subcommand();

    // The targets must live until the action has run: keep them in a
    // shared_ptr that the action holds.
    void flag(const std::string& name, bool& target, const std::string& help);
    void text(const std::string& name, std::string& target, const std::string& placeholder,
              const std::string& help);
    // A whole number that the target can hold.
    void number(const std::string& name, std::optional<std::uint64_t>& target,
                const std::string& help);
    void number(const std::string& name, std::optional<std::uint32_t>& target,
                const std::string& help);
    void choice(const std::string& name, std::string& target,
                std::span<const std::string_view> names, const std::string& help);
    void positional(const std::string& name, std::string& target, const std::string& help,
                    bool required);
    void words(const std::string& name, std::vector<std::string>& target, const std::string& help,
               bool required);

    // What to do when this is what was typed; a subcommand's wins.
    void run(Context& context, Action action);

private:
    CLI::App* app_;
};

// Where among the words that an option takes. CLI::ValidationError: it is none of them.
std::size_t find_word(const std::string& option, std::string_view word,
                      std::span<const std::string_view> words);

// What was given to a text option, as parse() reads it; an empty one was not given.
template <class T, class Parse>
Status take_value(std::string_view option, std::string_view text, Parse parse,
                  std::optional<T>& out) {
    if (text.empty())
        return success();
    const auto value = parse(text);
    if (!value)
        return about(option, value.error());
    out = static_cast<T>(*value);
    return success();
}

} // namespace kmemcgd
