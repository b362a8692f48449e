// SPDX-License-Identifier: GPL-2.0-only
// Events of watermarks, as "watermark watch" and "monitor" print them.
#include "fake_kernel.hpp"

#include <cerrno>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class WatermarkEvents : public ::testing::Test {
protected:
    WatermarkEvents() {
        for (const auto& [id, path] : {std::pair{11, "/a"}, std::pair{12, "/b"}}) {
            Memcg memcg;
            memcg.id = static_cast<std::uint64_t>(id);
            memcg.path = path;
            program.kernel.memcgs.push_back(memcg);
        }
    }
    void event(int command, std::uint64_t id) {
        Watch watch;
        watch.id = id;
        watch.state = KMEMCGD_WATCH_RECLAIMING;
        watch.usage_bytes = 62 << 20;
        program.kernel.event(command, FakeKernel::watch_attrs(watch));
    }
    void freed() {
        Attrs attrs;
        attrs.put(KMEMCGD_A_FREED_COUNT, std::uint64_t{7});
        attrs.put(KMEMCGD_A_FREED_TOTAL, std::uint64_t{9});
        program.kernel.event(KMEMCGD_CMD_FREED_NTF, attrs);
    }
    [[nodiscard]] std::vector<Json> lines() const {
        std::vector<Json> list;
        std::istringstream text(program.out.str());
        for (std::string line; std::getline(text, line);)
            list.push_back(Json::parse(line));
        return list;
    }

    Program program;
};

TEST_F(WatermarkEvents, AnObjectALine) {
    event(KMEMCGD_CMD_RECLAIM_BEGIN_NTF, 11);
    event(KMEMCGD_CMD_NOT_CONVERGED_NTF, 12);
    event(KMEMCGD_CMD_RECLAIM_END_NTF, 99);
    EXPECT_EQ(program.run({"watermark", "watch", "--duration", "5s", "--json"}), 0);
    const auto list = lines();
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list[0]["schema"], 1);
    EXPECT_EQ(list[0]["event"], "reclaim-begin");
    EXPECT_EQ(list[0]["watch"]["path"], "/a");
    EXPECT_EQ(list[0]["watch"]["usage_bytes"], 62 << 20);
    EXPECT_EQ(list[1]["event"], "not-converged");
    EXPECT_EQ(list[1]["watch"]["path"], "/b");
    EXPECT_EQ(list[2]["event"], "reclaim-end");
    EXPECT_EQ(list[2]["watch"]["path"], nullptr);
    EXPECT_THAT(program.kernel.joined, Contains(FakeKernel::watermarks_group));
    EXPECT_THAT(program.kernel.joined, Not(Contains(FakeKernel::group)));
}

TEST_F(WatermarkEvents, OnlyTheTargets) {
    event(KMEMCGD_CMD_RECLAIM_BEGIN_NTF, 11);
    event(KMEMCGD_CMD_RECLAIM_BEGIN_NTF, 12);
    EXPECT_EQ(program.run({"watermark", "watch", "12", "--duration", "5s"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("reclaim-begin id=12 path=/b state=reclaiming"));
    EXPECT_THAT(program.out.str(), Not(HasSubstr("id=11")));
}

TEST_F(WatermarkEvents, OthersDoNotKeepItGoing) {
    program.kernel.event_gap = std::chrono::seconds(1);
    for (int i = 0; i < 20; ++i)
        event(KMEMCGD_CMD_RECLAIM_BEGIN_NTF, 11);
    EXPECT_EQ(program.run({"watermark", "watch", "12", "--duration", "5s"}), 0);
    EXPECT_FALSE(program.kernel.events.empty());
    EXPECT_EQ(program.run({"watermark", "watch", "12", "--duration", "5s", "--count", "1"}), 6);
}

TEST_F(WatermarkEvents, AnUnknownTargetIsAnError) {
    EXPECT_EQ(program.run({"--cgroup-root", "/nonexistent", "watermark", "watch", "/a"}), 1);
    EXPECT_THAT(program.err.str(), HasSubstr("there is no cgroup /a"));
}

TEST_F(WatermarkEvents, NeedPermission) {
    program.kernel.join_refusals[FakeKernel::watermarks_group] = EPERM;
    EXPECT_EQ(program.run({"watermark", "watch"}), 4);
    EXPECT_THAT(program.err.str(), HasSubstr("CAP_NET_ADMIN"));
}

TEST_F(WatermarkEvents, AKernelWithoutThemSaysSo) {
    program.kernel.capability = {"watermark-events", false, false, "tell", "older than 5.12"};
    EXPECT_EQ(program.run({"watermark", "watch"}), 5);
    EXPECT_THAT(program.err.str(), HasSubstr("older than 5.12"));
}

TEST_F(WatermarkEvents, UnloadedIsThree) {
    program.kernel.unload_event();
    EXPECT_EQ(program.run({"watermark", "watch"}), 3);
}

TEST_F(WatermarkEvents, MonitorShowsThemToo) {
    freed();
    event(KMEMCGD_CMD_NOT_CONVERGED_NTF, 12);
    EXPECT_EQ(program.run({"monitor", "--count", "2", "--json"}), 0);
    ASSERT_EQ(lines().size(), 2U);
    EXPECT_EQ(lines()[0]["event"], "freed");
    EXPECT_EQ(lines()[1]["event"], "not-converged");
    EXPECT_THAT(program.kernel.joined, Contains(FakeKernel::watermarks_group));
}

TEST_F(WatermarkEvents, MonitorDoesWithoutThem) {
    program.kernel.join_refusals[FakeKernel::watermarks_group] = EPERM;
    freed();
    EXPECT_EQ(program.run({"monitor", "--count", "1"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("freed"));
    EXPECT_THAT(program.kernel.joined, Contains(FakeKernel::group));
}

} // namespace
} // namespace kmemcgd
