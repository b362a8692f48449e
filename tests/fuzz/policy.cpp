// SPDX-License-Identifier: GPL-2.0-only
// The text of a policy file.
#include "fuzz.hpp"
#include "policy/plan.hpp"
#include "render/json.hpp"

#include <string>

namespace kmemcgd {
namespace {

HostCgroups host() {
    HostCgroups some;
    some.cgroups = {{1, "/app", std::nullopt},
                    {2, "/app/web", std::uint64_t{64} << 20},
                    {3, "/kubepods.slice", std::nullopt},
                    {4, "/b[1]", std::uint64_t{1} << 40}};
    return some;
}

// What was understood is complete, so that it can be applied as it is.
void check(const PolicyFile& file) {
    for (const auto& rule : file.rules) {
        require(!rule.name.empty() && !rule.globs.empty(), "a rule has a name and a glob");
        require(rule.watermark || rule.qos, "a rule sets something");
        require(!rule.watermark || same(as_policy({}, *rule.watermark), *rule.watermark),
                "a watermark is complete");
        require(!rule.qos || same(as_qos({}, *rule.qos), *rule.qos), "a class is complete");
        require(!rule.qos || *rule.qos->qos_class <= KMEMCGD_CLASS_MAX, "a class is one");
        require(!rule.opt_out || (as_policy({}, *rule.watermark).off() && !rule.qos),
                "who opts out has neither");
    }
    if (const auto& listen = file.metrics.listen)
        require(parse_listen_address(listen->text()).ok(), "an address is written as it is read");
    require(file.metrics.textfile.empty() || file.metrics.textfile.is_absolute(),
            "a textfile has one place");
    const auto some = host();
    Present present;
    // One that whoever opts out loses.
    present.classes.push_back(as_qos(some.cgroups.front(), complete(QosChange{})));
    const auto plan = make_plan(file, some, present, {});
    for (const auto& change : plan.tunables)
        present.config.values.at(change.which) = change.value;
    for (const auto& step : plan.steps) {
        if (step.what == What::qos && step.before)
            present.classes.clear();
        if (!step.after)
            continue;
        if (const auto* qos = std::get_if<Qos>(&*step.after))
            present.classes.push_back(*qos);
        else
            present.policies.push_back(std::get<WatermarkPolicy>(*step.after));
    }
    require(make_plan(file, some, present, {}).empty(), "what was applied is done");
}

} // namespace

void fuzz(Input input) {
    const auto bytes = input.rest();
    std::string text(bytes.size(), '\0');
    std::transform(bytes.begin(), bytes.end(), text.begin(),
                   [](std::byte byte) { return std::to_integer<char>(byte); });
    const auto file = parse_policy(text, "p.toml");
    if (file)
        return check(*file);
    require(file.error().fault == Fault::usage, "a broken file is a usage error");
    require(file.error().message.starts_with("p.toml:"), "an error names the place");
}

} // namespace kmemcgd
