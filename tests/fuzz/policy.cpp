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
        require(same(as_policy({}, rule.watermark), rule.watermark), "a rule is complete");
        require(rule.opt_out == as_policy({}, rule.watermark).off(), "it sets a mark or opts out");
    }
    const auto some = host();
    Config config;
    auto plan = make_plan(file, some, config, {}, {});
    for (const auto& change : plan.tunables)
        config.values.at(change.which) = change.value;
    std::vector<WatermarkPolicy> policies;
    for (const auto& step : plan.steps)
        policies.push_back(as_policy({step.id, step.path, {}}, step.rule->watermark));
    require(make_plan(file, some, config, policies, {}).empty(), "what was applied is done");
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
