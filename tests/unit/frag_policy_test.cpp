// SPDX-License-Identifier: GPL-2.0-only
// [fragmentation] of a policy file: what is understood, what is refused, who shows it.
#include "policy_text.hpp"
#include "temporary_directory.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::HasSubstr;

FragRule rule_of(const std::string& lines) {
    const auto file = parsed("[fragmentation]\n" + lines);
    EXPECT_TRUE(file.fragmentation);
    return file.fragmentation.value_or(FragRule{});
}

// The message and the hint; the lines begin in line 2.
std::string refusal_of(const std::string& lines) {
    const auto error = refused("[fragmentation]\n" + lines);
    return error.message + " | " + error.hint;
}

TEST(FragmentationRule, IsNotThereUnlessItIs) {
    EXPECT_EQ(parsed("").fragmentation, std::nullopt);
}

TEST(FragmentationRule, EverythingThatItMaySay) {
    const auto rule = rule_of("order = 9\nmin_blocks = 512\nnode = 1\npsi_limit = 2.5\n"
                              "load_limit = 2\nrelieve = true\n");
    EXPECT_EQ(rule.goal.order, 9U);
    EXPECT_EQ(rule.goal.blocks, 512U);
    EXPECT_EQ(rule.goal.node, 1U);
    EXPECT_EQ(rule.psi_percent, 2.5);
    EXPECT_EQ(rule.load_per_cpu, 2.0);
    EXPECT_TRUE(rule.relieve);
}

TEST(FragmentationRule, OnlyTheOrderHasToBeThere) {
    const auto rule = rule_of("order = 4\n");
    EXPECT_EQ(rule.goal.blocks, 64U);
    EXPECT_EQ(rule.goal.node, std::nullopt);
    EXPECT_EQ(rule.psi_percent, std::nullopt);
    EXPECT_FALSE(rule.relieve);
    EXPECT_THAT(refusal_of("min_blocks = 3\n"),
                HasSubstr("p.toml:1:1: [fragmentation] needs an order"));
}

TEST(FragmentationRule, ErrorsNameThePlaceAndWhatIsExpected) {
    EXPECT_THAT(refusal_of("order = 0\n"), HasSubstr("p.toml:2:9: order: expected 1 to 32, not 0"));
    EXPECT_THAT(refusal_of("order = 33\n"), HasSubstr("expected 1 to 32"));
    EXPECT_THAT(refusal_of("order = \"4\"\n"), HasSubstr("expected a number from 1 to 32, found"));
    EXPECT_THAT(refusal_of("order = 4.5\n"), HasSubstr("expected a number"));
    EXPECT_THAT(refusal_of("order = 4\nmin_blocks = 0\n"), HasSubstr("p.toml:3:14: min_blocks: "));
    EXPECT_THAT(refusal_of("order = 4\nmin_blocks = 4294967296\n"),
                HasSubstr("expected 1 to 4294967295"));
    EXPECT_THAT(refusal_of("order = 4\nnode = -1\n"), HasSubstr("p.toml:3:8: node: expected 0 to"));
    EXPECT_THAT(refusal_of("order = 4\npsi_limit = 101\n"),
                HasSubstr("psi_limit: expected more than 0, up to 100 (percent)"));
    EXPECT_THAT(refusal_of("order = 4\npsi_limit = nan\n"), HasSubstr("expected more than 0"));
    EXPECT_THAT(refusal_of("order = 4\npsi_limit = \"10%\"\n"),
                HasSubstr("expected a number, percent"));
    EXPECT_THAT(refusal_of("order = 4\nload_limit = 0\n"), HasSubstr("load_limit: expected more"));
    EXPECT_THAT(refusal_of("order = 4\nload_limit = inf\n"),
                HasSubstr("up to 1000 (for each CPU)"));
    EXPECT_THAT(refusal_of("order = 4\nrelieve = 1\n"),
                HasSubstr("relieve: expected true or false"));
    EXPECT_THAT(refusal_of("order = 4\nmin_block = 3\n"),
                HasSubstr("unknown key \"min_block\" | did you mean min_blocks?"));
    EXPECT_EQ(refused("fragmentation = 4\n").message,
              "p.toml:1:17: fragmentation: expected a table, [fragmentation], found integer");
    EXPECT_EQ(refused("[fragmentatio]\norder = 4\n").hint, "did you mean fragmentation?");
}

class FragPolicyCommand : public ::testing::Test {
protected:
    FragPolicyCommand() {
        program.policy_file = directory.path() + "/policy.toml";
        std::ofstream(program.policy_file)
            << "[fragmentation]\norder = 4\nnode = 1\npsi_limit = 2.5\nrelieve = true\n";
    }
    TemporaryDirectory directory;
    Program program;
};

TEST_F(FragPolicyCommand, CheckAndShowTellIt) {
    program.terminal = true;
    for (const auto* command : {"check", "show"}) {
        EXPECT_EQ(program.run({"policy", command}), 0);
        EXPECT_THAT(program.out.str(),
                    HasSubstr("fragmentation: order 4, at least 64 blocks on node 1, psi_limit "
                              "2.5 %, relieve yes\n"));
        EXPECT_EQ(program.run({"policy", command, "--json"}), 0);
        const auto rule = program.json()["fragmentation"];
        EXPECT_EQ(rule["order"], 4);
        EXPECT_EQ(rule["min_blocks"], 64);
        EXPECT_EQ(rule["node"], 1);
        EXPECT_EQ(rule["psi_limit_percent"], 2.5);
        EXPECT_TRUE(rule["load_limit_per_cpu"].is_null());
        EXPECT_EQ(rule["relieve"], true);
    }
    std::ofstream(program.policy_file) << "";
    EXPECT_EQ(program.run({"policy", "check", "--json"}), 0);
    EXPECT_TRUE(program.json()["fragmentation"].is_null());
}

} // namespace
} // namespace kmemcgd
