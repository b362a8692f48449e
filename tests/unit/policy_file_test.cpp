// SPDX-License-Identifier: GPL-2.0-only
// The policy file: what is understood, and where it says that something is wrong.
#include "policy/glob.hpp"
#include "policy/plan.hpp"
#include "policy/presets.hpp"
#include "policy_text.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t MiB = 1 << 20;

TEST(PathGlob, ComponentsAndAnyNumberOfThem) {
    EXPECT_TRUE(path_fits("/a/*", "/a/b"));
    EXPECT_FALSE(path_fits("/a/*", "/a/b/c"));
    EXPECT_FALSE(path_fits("/a/*", "/a"));
    EXPECT_TRUE(path_fits("/a/**", "/a"));
    EXPECT_TRUE(path_fits("/a/**", "/a/b/c"));
    EXPECT_FALSE(path_fits("/a/**", "/ab"));
    EXPECT_TRUE(path_fits("/**/c", "/c"));
    EXPECT_TRUE(path_fits("/**/c", "/a/b/c"));
    EXPECT_FALSE(path_fits("/**/c", "/a/b/d"));
    EXPECT_TRUE(path_fits("/**/b/**/c?", "/b/b/x/c1"));
    EXPECT_FALSE(path_fits("/**/b/**/c?", "/b/b/x/c"));
    EXPECT_TRUE(path_fits("/x[[]1]", "/x[1]"));
    EXPECT_TRUE(path_fits("/dev-disk-by\\x2duuid.swap", "/dev-disk-by\\x2duuid.swap"));
    EXPECT_TRUE(path_fits("/**", "/"));
    EXPECT_FALSE(path_fits("/", "/a"));
}

TEST(PolicyFile, EverythingThatItMaySay) {
    const auto file = parsed(R"(
presets = ["kubernetes"]
[module]
cpu_cap = "2.5%"
settle_ms = 3000
enabled = true
[[policy]]
name = "web"
match = ["/web/**", "/front"]
cgroup = 2
limit = { min = "64M", max = 1073741824 }
[policy.watermark]
ratio = "95%"
scale_factor = 20
high_headroom = "8M"
low_headroom = "16M"
swap = true
swappiness = 10
[[policy]]
name = "db"
match = "/db"
opt_out = true
)");
    ASSERT_EQ(file.tunables.size(), 3U);
    ASSERT_EQ(file.rules.size(), 6U);
    const auto& web = file.rules[0];
    EXPECT_EQ(web.name, "web");
    EXPECT_EQ(web.origin, "p.toml:7");
    EXPECT_THAT(web.globs, ElementsAre("/web/**", "/front"));
    EXPECT_EQ(web.cgroup_version, 2U);
    EXPECT_EQ(web.limit_min_bytes, 64 * MiB);
    EXPECT_EQ(web.limit_max_bytes, 1024 * MiB);
    EXPECT_EQ(web.watermark->ratio, 95U);
    EXPECT_EQ(web.watermark->scale_factor, 20U);
    EXPECT_EQ(web.watermark->high_headroom_bytes, 8 * MiB);
    EXPECT_EQ(web.watermark->low_headroom_bytes, 16 * MiB);
    EXPECT_EQ(web.watermark->swap, 1U);
    EXPECT_EQ(web.watermark->swappiness, 10U);
    EXPECT_TRUE(file.rules[1].opt_out);
    EXPECT_EQ(file.rules[1].watermark->ratio, 0U);
    EXPECT_EQ(file.rules[2].name, "kubernetes");
    EXPECT_EQ(file.rules[2].origin, "preset kubernetes");
    EXPECT_TRUE(parsed("").rules.empty());
}

TEST(PolicyFile, MetricsAreOffUntilTheFileSaysWhere) {
    const auto nothing = parsed("[metrics]\n").metrics;
    EXPECT_FALSE(nothing.listen);
    EXPECT_TRUE(nothing.textfile.empty());
    EXPECT_EQ(nothing.interval, std::chrono::seconds(15));
    EXPECT_FALSE(nothing.per_cgroup);
    const auto all = parsed("[metrics]\nlisten = \"[::1]:9752\"\ntextfile = \"/d/k.prom\"\n"
                            "interval = \"1m\"\nper_cgroup = true\n")
                         .metrics;
    ASSERT_TRUE(all.listen);
    EXPECT_EQ(all.listen->text(), "[::1]:9752");
    EXPECT_EQ(all.textfile, "/d/k.prom");
    EXPECT_EQ(all.interval, std::chrono::minutes(1));
    EXPECT_TRUE(all.per_cgroup);
    EXPECT_EQ(refused("[metrics]\nlissen = \"127.0.0.1:1\"").hint, "did you mean listen?");
}

TEST(PolicyFile, EachPresetIsOne) {
    for (const auto& preset : presets()) {
        const auto file = parse_policy(preset.text, "preset");
        ASSERT_TRUE(file) << file.error().message;
        EXPECT_FALSE(file->rules.empty());
    }
}

TEST(PolicyFile, ErrorsNameThePlaceAndWhatIsExpected) {
    const struct {
        std::string text;
        const char* place;
        const char* says;
    } cases[] = {
        {"a = [", "p.toml:1:", "array"},
        {"[\nmodule = 1", "p.toml:1:2: ", "key"},
        {"[[[a]]]", "p.toml:1:3: ", "key"},
        {"\xc3\xa4 = 1", "p.toml:1:1: ", ""},
        {"\xef\xbb\x9f[module]", "p.toml:1:1: ", ""},
        {"[modul]\n", "p.toml:1:2: ", "unknown key \"modul\""},
        {"module = 5", "p.toml:1:10: ", "expected a table"},
        {"[module]\ncpu_cap = 5", "p.toml:2:11: ", "needs a unit"},
        {"[module]\nnever = 5", "p.toml:2:9: ", "never"},
        {"[module]\nsettle_ms = 1\nsettle = \"1s\"", "p.toml:2:13: ", "set twice"},
        {"[module]\nsettle_ms = 1.5", "p.toml:2:13: ", "found floating-point"},
        {"presets = \"systemd\"", "p.toml:1:11: ", "expected a list"},
        {"presets = [\"k8s\"]", "p.toml:1:12: ", "no preset \"k8s\""},
        {"presets = [\"systemd\", \"systemd\"]", "p.toml:1:23: ", "is there already"},
        {"[policy]\nname = \"a\"", "p.toml:1:1: ", "[[policy]]"},
        {"[[policy]]\nmatch = \"/a\"", "p.toml:1:1: ", "needs a name"},
        {"[[policy]]\nname = \"a\"", "p.toml:1:1: ", "needs match"},
        {"[[policy]]\nname = \"a\"\nmatch = \"a\"", "p.toml:3:9: ", "does not begin with /"},
        {"[[policy]]\nname = \"a\"\nmatch = []", "p.toml:3:9: ", "empty"},
        {policy_with(""), "p.toml:1:1: ", "does nothing"},
        {policy_with("cgroup = 3\nopt_out = true"), "p.toml:4:10: ", "1 or 2"},
        {policy_with("opt_out = \"yes\""), "p.toml:4:11: ", "true or false"},
        {policy_with("opt_out = true\nlimit = { min = \"2M\", max = \"1M\" }"),
         "p.toml:5:9: ", "nothing fits"},
        {policy_with("opt_out = true\nlimit = { min = \"2KB\" }"), "p.toml:5:17: ", "min"},
        {policy_with("opt_out = true\nlimit = { least = 1 }"), "p.toml:5:11: ", "unknown key"},
        {"metrics = true", "p.toml:1:11: ", "[metrics]"},
        {"[metrics]\nlisten = 9752", "p.toml:2:10: ", "ADDRESS:PORT"},
        {"[metrics]\nlisten = \"nowhere\"", "p.toml:2:10: ", "\"nowhere\""},
        {"[metrics]\ntextfile = \"k.prom\"", "p.toml:2:12: ", "begins with /"},
        {"[metrics]\ntextfile = [\"/k.prom\"]", "p.toml:2:12: ", "a path"},
        {"[metrics]\ninterval = \"0s\"", "p.toml:2:12: ", "out of range"},
        {"[metrics]\ninterval = 15", "p.toml:2:12: ", "a duration"},
        {"[metrics]\nper_cgroup = 1", "p.toml:2:14: ", "true or false"},
        {"[metrics]\nport = 1", "p.toml:2:1: ", "unknown key"},
        {policy_with("opt_out = true\nwatermark = { ratio = 95 }"), "p.toml:5:13: ", "opts out"},
        {policy_with("watermark = { ratio = 101 }"), "p.toml:4:23: ", "0 to 100"},
        {policy_with("watermark = { ratio = 0 }"), "p.toml:4:13: ", "sets no mark"},
        {policy_with("watermark = { ratio = \"\" }"), "p.toml:4:23: ", "empty"},
        {policy_with("watermark = { scale_factor = 20 }"), "p.toml:4:13: ", "sets no mark"},
        {policy_with("watermark = { ratio = 5, scale_factor = 0 }"), "p.toml:4:41: ", "1 to 1000"},
        {policy_with("watermark = { ratio = 5, swappiness = 201 }"), "p.toml:4:39: ", "0 to 200"},
        {policy_with("watermark = { ratio = 5, swap = \"perhaps\" }"), "p.toml:4:33: ", "perhaps"},
        {policy_with("opt_out = true") + policy_with("opt_out = true"),
         "p.toml:5:1: ", "is there already (p.toml:1)"},
    };
    for (const auto& one : cases) {
        const auto error = refused(one.text);
        EXPECT_THAT(error.message, HasSubstr(one.place)) << one.text;
        EXPECT_THAT(error.message, HasSubstr(one.says)) << one.text;
    }
    EXPECT_EQ(refused(policy_with("optout = true")).hint, "did you mean opt_out?");
}

class PolicyPlan : public ::testing::Test {
protected:
    PolicyPlan() {
        host.cgroups = {{10, "/a", std::nullopt}, {11, "/a/b", 64 * MiB}, {12, "/c", 8 * MiB}};
    }
    static WatermarkPolicy on(std::uint64_t id, std::uint32_t ratio) {
        WatermarkPolicy policy;
        policy.id = id;
        policy.ratio = ratio;
        policy.scale_factor = 50;
        return policy;
    }
    [[nodiscard]] Plan plan(const PolicyFile& file, const Ids& applied = {}) const {
        return make_plan(file, host, {config, policies, {}},
                         {.watermarks = applied, .classes = {}});
    }

    HostCgroups host;
    Config config;
    std::vector<WatermarkPolicy> policies;
};

constexpr auto two_rules = R"(
[[policy]]
name = "large"
match = "/**"
limit = { min = "16M" }
watermark = { ratio = 90 }
[[policy]]
name = "rest"
match = "/**"
cgroup = 2
watermark = { ratio = 50 }
)";

TEST_F(PolicyPlan, TheFirstThatFitsWins) {
    const auto file = parsed(two_rules);
    EXPECT_EQ(rule_for(file.rules, host.cgroups[1], 2)->name, "large");
    EXPECT_EQ(rule_for(file.rules, host.cgroups[0], 2)->name, "rest"); // without a limit
    EXPECT_EQ(rule_for(file.rules, host.cgroups[2], 2)->name, "rest");
    EXPECT_EQ(rule_for(file.rules, host.cgroups[2], 1), nullptr);
    EXPECT_THAT(misfit(file.rules[0], host.cgroups[2], 2), HasSubstr("its limit is 8.0 MiB"));
    EXPECT_THAT(misfit(file.rules[0], host.cgroups[0], 2), HasSubstr("it has no limit"));
    EXPECT_THAT(misfit(file.rules[1], host.cgroups[2], 1), HasSubstr("this host has v1"));
}

TEST_F(PolicyPlan, OnlyWhatDiffersIsChanged) {
    const auto file = parsed(two_rules);
    policies = {on(11, 90), on(12, 40)};
    const auto wanted = plan(file);
    ASSERT_EQ(wanted.steps.size(), 3U);
    EXPECT_EQ(wanted.steps[0].kind, Step::Kind::set); // /a had none
    EXPECT_EQ(wanted.steps[1].kind, Step::Kind::keep);
    EXPECT_EQ(wanted.steps[2].kind, Step::Kind::set);
    EXPECT_EQ(std::get<WatermarkPolicy>(*wanted.steps[2].before).ratio, 40U);
    EXPECT_FALSE(wanted.empty());
    policies = {on(10, 50), on(11, 90), on(12, 50)};
    EXPECT_TRUE(plan(file).empty());
    policies[2].swappiness = 3;
    EXPECT_FALSE(plan(file).empty());
}

TEST_F(PolicyPlan, OnlyWhatWasSetFromHereIsRemoved) {
    policies = {on(11, 90), on(12, 40)};
    const auto wanted = plan({}, {12, 99});
    ASSERT_EQ(wanted.steps.size(), 1U);
    EXPECT_EQ(wanted.steps[0].kind, Step::Kind::remove);
    EXPECT_EQ(wanted.steps[0].id, 12U);
}

TEST_F(PolicyPlan, TunablesThatDifferAndRulesThatAreForNobody) {
    config.values[KMEMCGD_A_CONFIG_SETTLE_MS] = 5;
    config.values[KMEMCGD_A_CONFIG_ENABLED] = 1;
    const auto file =
        parsed("[module]\nsettle_ms = 6\nenabled = true\n" + policy_with("opt_out = true") +
               "[[policy]]\nname = \"z\"\nmatch = \"/z\"\nopt_out = true\n");
    const auto wanted = plan(file);
    ASSERT_EQ(wanted.tunables.size(), 1U);
    EXPECT_EQ(wanted.tunables[0].which, KMEMCGD_A_CONFIG_SETTLE_MS);
    ASSERT_EQ(wanted.unused.size(), 1U);
    EXPECT_EQ(wanted.unused[0]->name, "z");
}

} // namespace
} // namespace kmemcgd
