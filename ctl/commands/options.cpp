// SPDX-License-Identifier: GPL-2.0-only
#include "commands/options.hpp"

#include <CLI/CLI.hpp>

namespace kmemcgd {

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
    // CLI11 takes -1 for the largest there is.
    const auto not_negative = [](const std::string& text) {
        return text.find('-') == std::string::npos ? std::string() : text + " is less than 0";
    };
    app_->add_option(name, target, help)->check(not_negative)->option_text("N");
}

void Options::choice(const std::string& name, std::string& target,
                     std::span<const std::string_view> names, const std::string& help) {
    const std::vector<std::string> list(names.begin(), names.end());
    app_->add_option(name, target, help)->check(CLI::IsMember(list))->option_text("WORD");
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
