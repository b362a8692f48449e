// SPDX-License-Identifier: GPL-2.0-only
// Which blocks: "frag show", "frag watch" and "frag relieve" read it the same way, and say
// the same of what makes no sense.
#include "relief_host.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::HasSubstr;

using Words = std::vector<std::string>;

const struct {
    const char* number;
    const char* says;
} never[] = {
    {"-1", "\"-1\" is not a whole number"},
    {"x", "\"x\" is not a whole number"},
    {"0x3", "\"0x3\" is not a whole number"},
    {"1.5", "\"1.5\" is not a whole number"},
    {"", "\"\" is not a whole number"},
    {"18446744073709551616", "\"18446744073709551616\" is far too large"},
};

class FragOptions : public ::testing::Test {
protected:
    FragOptions() {
        files.write("proc/buddyinfo", "Node 0, zone Normal 16384 0 0 0 0 0 0 0 0 0 0\n");
        program.host_root = files.root();
        program.open_compactor = [](const auto&) { return std::make_unique<FakeCompactor>(); };
    }
    // With that as the last words.
    int run(Words command, const Words& rest) {
        command.insert(command.end(), rest.begin(), rest.end());
        return program.run(command);
    }
    void refuses(const Words& command, const Words& rest, const std::string& says) {
        EXPECT_EQ(run(command, rest), 2) << command[1] << " " << rest.back();
        EXPECT_THAT(program.err.str(), HasSubstr(says)) << command[1];
        EXPECT_EQ(program.out.str(), "") << command[1];
    }

    const Words show{"frag", "show"};
    const Words watch{"frag", "watch", "--timeout", "0s"};
    const Words relieve{"frag", "relieve", "--dry-run"};
    ReliefHostFiles files;
    Program program;
};

TEST_F(FragOptions, Order) {
    for (const auto& command : {show, watch, relieve}) {
        for (const auto* good : {"0", "10", "010"})
            EXPECT_EQ(run(command, {"--order", good}), 0) << command[1] << program.err.str();
        for (const auto& bad : never)
            refuses(command, {"--order", bad.number}, "--order: " + std::string(bad.says));
        refuses(command, {"--order", "4294967296"}, "--order: \"4294967296\" is far too large");
        for (const std::string beyond : {"11", "4294967295"})
            refuses(command, {"--order", beyond},
                    "order " + beyond +
                        " is beyond this kernel's largest block, which is of "
                        "order 10");
        refuses(command, {"--order=1", "--order=2"}, "--order");
        refuses(command, {"--order="}, "--order");
    }
    EXPECT_EQ(run(watch, {"--order", "010", "--json"}), 0);
    EXPECT_EQ(program.json()["order"], 10);
    for (const auto& command : {watch, relieve})
        refuses(command, {}, "--order is missing: blocks of 2^N pages");
}

TEST_F(FragOptions, Node) {
    for (const auto& command : {watch, relieve}) {
        EXPECT_EQ(run(command, {"--order=0", "--node", "0"}), 0);
        for (const auto& bad : never)
            refuses(command, {"--order=0", "--node", bad.number},
                    "--node: " + std::string(bad.says));
        refuses(command, {"--order=0", "--node", "4294967296"},
                "--node: \"4294967296\" is far too large");
        for (const std::string none : {"11", "4294967295"})
            refuses(command, {"--order=0", "--node", none},
                    "there is no node " + none + " with memory");
    }
}

TEST_F(FragOptions, Blocks) {
    for (const auto& [command, option] :
         {std::pair{watch, "--min-blocks"}, std::pair{relieve, "--blocks"}}) {
        EXPECT_EQ(run(command, {"--order=0", option, "11"}), 0);
        refuses(command, {"--order=0", option, "0"}, "0 blocks are always free");
        for (const auto& bad : never)
            refuses(command, {"--order=0", option, bad.number},
                    option + std::string(": ") + bad.says);
    }
    EXPECT_EQ(run(watch, {"--order=0", "--min-blocks", "4294967296", "--json"}), 0);
    EXPECT_EQ(program.json()["min_blocks"], 4294967296);
    refuses(relieve, {"--order=0", "--blocks", "4294967296"}, "4294967296 blocks of");
}

} // namespace
} // namespace kmemcgd
