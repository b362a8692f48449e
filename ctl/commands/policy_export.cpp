// SPDX-License-Identifier: GPL-2.0-only
// What the module has now, as a policy file.
#include "commands/config_values.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// A basic string of TOML. Bytes that are no UTF-8 can't be in one.
std::string toml_string(std::string_view text) {
    std::string out = "\"";
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\')
            out += fmt::format("\\{}", character);
        else if (byte < 0x20 || byte == 0x7f)
            out += fmt::format("\\u{:04x}", byte);
        else
            out += character;
    }
    return out + '"';
}

// A path as a glob that matches nothing else.
std::string as_glob(std::string_view path) {
    std::string glob;
    for (const char character : path) {
        const bool special = character == '*' || character == '?' || character == '[';
        glob += special ? fmt::format("[{}]", character) : std::string(1, character);
    }
    return glob;
}

void print_policy(std::ostream& out, const WatermarkPolicy& policy) {
    out << fmt::format("\n[[policy]]\nname = {}\nmatch = {}\n", toml_string(policy.path),
                       toml_string(as_glob(policy.path)));
    if (policy.off()) {
        out << "opt_out = true\n";
        return;
    }
    out << fmt::format("[policy.watermark]\nratio = {}\nscale_factor = {}\n", policy.ratio,
                       policy.scale_factor);
    if (policy.high_headroom_bytes != 0)
        out << fmt::format("high_headroom = {}\n", policy.high_headroom_bytes);
    if (policy.low_headroom_bytes != 0)
        out << fmt::format("low_headroom = {}\n", policy.low_headroom_bytes);
    if (policy.swap != 0)
        out << "swap = true\n";
    if (policy.swappiness)
        out << fmt::format("swappiness = {}\n", *policy.swappiness);
}

Outcome run_export(Context& context) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto config = client->config();
    if (!config)
        return config.error();
    const auto policies = client->policies();
    if (!policies)
        return policies.error();
    auto& out = context.out();
    out << "[module]\n";
    for (const auto& field : config_fields())
        out << fmt::format("{} = {}\n", field.name, config->at(field.attribute));
    for (const auto& policy : policies->entries) {
        if (policy.id)
            print_policy(out, policy);
        else
            out << "\n# The host's default is not part of a policy file: kmemcgctl watermark "
                   "default\n";
    }
    return exit_ok;
}

} // namespace

void add_policy_export(Options& policy, Context& context) {
    auto write = policy.subcommand("export", "print what the module has now as a policy file");
    write.run(context, [](Context& at_run) { return run_export(at_run); });
}

} // namespace kmemcgd
