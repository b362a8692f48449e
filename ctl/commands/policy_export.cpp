// SPDX-License-Identifier: GPL-2.0-only
// What the module has now, as a policy file.
#include "client/names.hpp"
#include "commands/config_values.hpp"
#include "commands/options.hpp"
#include "commands/policy_input.hpp"

#include <map>

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

// What is set on one cgroup: a policy file has one policy for both.
struct Settings {
    std::string path;
    const WatermarkPolicy* watermark = nullptr;
    const Qos* qos = nullptr;
};

std::map<std::uint64_t, Settings> by_cgroup(const std::vector<WatermarkPolicy>& policies,
                                            const std::vector<Qos>& classes) {
    std::map<std::uint64_t, Settings> all;
    for (const auto& policy : policies) {
        if (policy.id)
            all[*policy.id] = {policy.path, &policy, nullptr};
    }
    for (const auto& qos : classes) {
        auto& settings = all[qos.id];
        settings.path = qos.path;
        settings.qos = &qos;
    }
    return all;
}

void print_class(std::ostream& out, const Qos& qos) {
    out << fmt::format("class = {}\n", toml_string(class_name(qos.qos_class)));
    if (qos.request_bytes != 0)
        out << fmt::format("request = {}\n", qos.request_bytes);
    if (qos.request_ratio != 0)
        out << fmt::format("{}request = \"{}%\"\n",
                           qos.request_bytes != 0 ? "# a policy file takes one of both: " : "",
                           qos.request_ratio);
    if (qos.swap != 0)
        out << "swap = true\n";
}

void print_watermark(std::ostream& out, const WatermarkPolicy& policy) {
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

void print_policy(std::ostream& out, const Settings& settings) {
    const auto& [path, watermark, qos] = settings;
    out << fmt::format("\n[[policy]]\nname = {}\nmatch = {}\n", toml_string(path),
                       toml_string(as_glob(path)));
    if (qos != nullptr)
        print_class(out, *qos);
    if (watermark != nullptr && !watermark->off())
        print_watermark(out, *watermark);
    else if (watermark != nullptr)
        out << (qos != nullptr ? "watermark = \"off\"\n" : "opt_out = true\n");
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
    const auto classes = client->classes();
    if (!classes && classes.error().fault != Fault::unsupported)
        return classes.error();
    auto& out = context.out();
    out << "[module]\n";
    for (const auto& field : config_fields())
        out << fmt::format("{} = {}\n", field.name, config->at(field.attribute));
    for (const auto& policy : policies->entries) {
        if (!policy.id)
            out << "\n# The host's default is not part of a policy file: kmemcgctl watermark "
                   "default\n";
    }
    // A module from before there were classes has none.
    const std::vector<Qos> none;
    for (const auto& [id, settings] :
         by_cgroup(policies->entries, classes ? classes->entries : none))
        print_policy(out, settings);
    return exit_ok;
}

} // namespace

void add_policy_export(Options& policy, Context& context) {
    auto write = policy.subcommand("export", "print what the module has now as a policy file");
    write.run(context, [](Context& at_run) { return run_export(at_run); });
}

} // namespace kmemcgd
