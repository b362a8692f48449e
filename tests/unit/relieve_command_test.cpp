// SPDX-License-Identifier: GPL-2.0-only
// "frag relieve".
#include "relief_host.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FragRelieve : public ::testing::Test {
protected:
    FragRelieve() {
        program.kernel.loaded = false;
        program.host_root = files.root();
        program.open_compactor = [this](const std::filesystem::path& root) {
            EXPECT_EQ(root, files.root());
            auto compactor = std::make_unique<FakeCompactor>();
            compactor->on_start = [this](std::uint32_t node) { compacted.push_back(node); };
            return compactor;
        };
    }
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"frag", "relieve"});
        return program.run(arguments);
    }

    ReliefHostFiles files;
    Program program;
    std::vector<std::uint32_t> compacted;
};

TEST_F(FragRelieve, AGoalThatIsMet) {
    files.buddies("1000 0 70 0");
    program.terminal = true;
    EXPECT_EQ(run({"--order", "2"}), 0);
    EXPECT_EQ(program.out.str(), "70 blocks of 16.0 KiB are free, 64 are wanted: nothing to do\n");
    EXPECT_THAT(compacted, IsEmpty());
    EXPECT_EQ(run({"--order", "2", "--json"}), 0);
    EXPECT_EQ(program.json()["end"], "met");
    EXPECT_EQ(program.json()["steps"].size(), 0U);
}

TEST_F(FragRelieve, AGoalThatCanNotBeMetIsPartial) {
    program.terminal = true;
    EXPECT_EQ(run({"--order", "2", "--timeout", "3s"}), 6);
    const auto said = program.out.str();
    EXPECT_THAT(said, HasSubstr("zombies"));
    EXPECT_THAT(said, HasSubstr("only 0 blocks of 16.0 KiB are free, 64 are wanted"));
    EXPECT_THAT(compacted, Contains(0));
    EXPECT_EQ(files.proactiveness(), "20\n");
}

TEST_F(FragRelieve, ForPrograms) {
    EXPECT_EQ(run({"--order", "2", "--blocks", "3", "--node", "0", "--timeout", "3s"}), 6);
    EXPECT_THAT(program.out.str(),
                HasSubstr("round\taction\tdone\tblocks_before\tblocks_after\tfreed_bytes\t"
                          "duration_ns\tpauses\tnote\n1\tzombies\t0\t0\t0\t"));
    EXPECT_THAT(program.err.str(), HasSubstr("only 0 blocks of 16.0 KiB on node 0"));
    EXPECT_EQ(run({"--order", "2", "--timeout", "3s", "--json"}), 6);
    const auto json = program.json();
    EXPECT_EQ(json["blocks_wanted"], 64);
    EXPECT_EQ(json["size_bytes"], 16384);
    EXPECT_TRUE(json["node"].is_null());
    EXPECT_EQ(json["end"], "timed-out");
    EXPECT_EQ(json["steps"][0]["action"], "zombies");
    EXPECT_TRUE(json["steps"][0]["freed_bytes"].is_null());
}

TEST_F(FragRelieve, ADryRunChangesNothing) {
    program.terminal = true;
    EXPECT_EQ(run({"--order", "2", "--dry-run"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("compact node 0"));
    EXPECT_THAT(program.out.str(), HasSubstr("nothing was done"));
    EXPECT_THAT(compacted, IsEmpty());
    EXPECT_EQ(files.proactiveness(), "20\n");
    EXPECT_FALSE(files.has("run"));
    EXPECT_EQ(run({"--order", "2", "--dry-run", "--json"}), 0);
    EXPECT_EQ(program.json()["end"], "planned");
}

TEST_F(FragRelieve, BadValues) {
    EXPECT_EQ(run({}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("--order is missing"));
    EXPECT_EQ(run({"--order", "4"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("of order 3"));
    EXPECT_EQ(run({"--order", "18446744073709551615"}), 2);
    EXPECT_EQ(run({"--order", "4294967296"}), 2);
    EXPECT_EQ(run({"--order", "2", "--blocks", "0"}), 2);
    EXPECT_EQ(run({"--order", "2", "--blocks", "18446744073709551615"}), 2);
    EXPECT_EQ(run({"--order", "2", "--node", "5"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("nodes: 0"));
    for (const auto* bad : {"0", "2h", "soon", "-1s"})
        EXPECT_EQ(run({"--order", "2", "--timeout", bad}), 2) << bad;
    for (const auto* bad : {"0", "101%", "x", "nan", "-3", "%", "1%%"})
        EXPECT_EQ(run({"--order", "2", "--psi-limit=" + std::string(bad)}), 2) << bad;
    for (const auto* bad : {"0", "x", "inf", "nan", "-1", "1.5x"})
        EXPECT_EQ(run({"--order", "2", "--load-limit=" + std::string(bad)}), 2) << bad;
    EXPECT_THAT(compacted, IsEmpty());
}

TEST_F(FragRelieve, LimitsAreTaken) {
    files.pressure("4.00");
    EXPECT_EQ(run({"--order", "2", "--timeout", "2s", "--psi-limit", "3.5%"}), 6);
    EXPECT_THAT(compacted, IsEmpty());
    EXPECT_THAT(program.out.str(), HasSubstr("the limit is 3.5 %"));
    EXPECT_EQ(run({"--order", "2", "--timeout", "2s", "--load-limit", "0.05"}), 6);
    EXPECT_THAT(compacted, IsEmpty());
    EXPECT_EQ(run({"--order", "2", "--timeout", "2s", "--psi-limit", "4.5"}), 6);
    EXPECT_THAT(compacted, Contains(0));
}

TEST_F(FragRelieve, AHostThatCanNotBeReadIsAFailure) {
    files.remove("proc/buddyinfo");
    EXPECT_EQ(run({"--order", "2"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("/proc/buddyinfo"));
}

} // namespace
} // namespace kmemcgd
