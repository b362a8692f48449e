// SPDX-License-Identifier: GPL-2.0-only
// "kmemcgctl top" on a host in a temporary directory: what it reads, what it prints,
// and what it does when it is typed wrong.
#include "doctor_host.hpp"
#include "top/memcg_scan.hpp"

#include <cerrno>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint64_t mib = 1 << 20;
constexpr auto no_limit_v1 = "9223372036854771712\n";

TEST(TopPressure, IsReadAsItIsWritten) {
    EXPECT_EQ(parse_pressure("some avg10=12.34 avg60=1.00 avg300=0.00 total=9\nfull"), 12.34);
    EXPECT_EQ(parse_pressure("some avg10=100.00 avg60=1.00 avg300=0.00 total=9\n"), 100.0);
    for (const auto* bad : {"", "some", "some avg10=", "some avg10=1", "some avg10=x.00 ",
                            "some avg10=1.2", "some avg10=1e1 ", "some avg10=nan ",
                            "some avg10=999.00 ", "some avg10=-1.00 ", "full avg10=1.00 avg60"})
        EXPECT_FALSE(parse_pressure(bad)) << bad;
}

// Inputs from a script; what was shown is kept.
class FakeScreen final : public Screen {
public:
    using Script = std::vector<ScreenInput>;
    struct Seen {
        std::vector<std::vector<Line>> shown;
        std::vector<std::optional<TimePoint>> deadlines;
    };

    FakeScreen(FakeClock& clock, Script script, Seen& seen)
        : clock_(&clock), script_(std::move(script)), seen_(&seen) {}

    [[nodiscard]] ScreenSize size() const override { return {120, 20}; }
    void show(const std::vector<Line>& lines) override { seen_->shown.push_back(lines); }
    Result<ScreenInput> wait(std::optional<TimePoint> deadline) override {
        seen_->deadlines.push_back(deadline);
        if (at_ == script_.size())
            return Error{.message = "the script ends here"};
        const auto next = script_[at_++];
        if (next.kind == ScreenInput::Kind::due && deadline)
            clock_->time = *deadline;
        return next;
    }

private:
    FakeClock* clock_;
    Script script_;
    Seen* seen_;
    std::size_t at_ = 0;
};

ScreenInput letter(char c) {
    return {ScreenInput::Kind::key, {Key::Kind::character, std::string(1, c)}};
}

class Top : public ::testing::Test {
protected:
    Top() { set_up(host); }

    static void set_up(DoctorHost& to) {
        to.write("proc/meminfo", "MemTotal:  8000000 kB\nMemAvailable:  4000000 kB\n");
        to.write("proc/pressure/memory", "some avg10=0.25 avg60=0.00 avg300=0.00 total=1\n");
        to.hours_later(0);
    }
    void memcg(const std::string& path, std::uint64_t usage_bytes, const std::string& max = "max",
               const std::string& high = "max") {
        host.cgroup(path);
        write(path, "memory.current", std::to_string(usage_bytes));
        write(path, "memory.max", max);
        write(path, "memory.high", high);
        write(path, "memory.pressure", "some avg10=1.50 avg60=0.00 avg300=0.00 total=7");
    }
    void write(const std::string& path, const std::string& file, const std::string& text) {
        host.write("cgroup" + path + "/" + file, text + "\n");
    }
    Watch& watch(const std::string& path) {
        Watch entry;
        entry.id = inode_number(host.cgroup_root().string() + path);
        entry.path = path;
        entry.state = KMEMCGD_WATCH_RECLAIMING;
        entry.base_bytes = 64 * mib;
        entry.high_bytes = 60 * mib;
        entry.fill_rate = 3 * mib;
        host.kernel.watches.push_back(entry);
        return host.kernel.watches.back();
    }
    int top(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "top");
        return host.run(std::move(arguments));
    }
    // Its last line.
    Json json(std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        EXPECT_EQ(top(std::move(arguments)), 0) << host.err;
        std::istringstream lines(host.out);
        std::string last;
        for (std::string line; std::getline(lines, line);)
            last = line;
        return Json::parse(last);
    }
    static std::vector<std::string> paths(const Json& document) {
        std::vector<std::string> list;
        for (const auto& memcg : document["memcgs"])
            list.push_back(memcg["path"]);
        return list;
    }
    int live(FakeScreen::Script script, std::vector<std::string> arguments = {}) {
        host.terminal = true;
        host.open_screen = [this, script = std::move(script)]() -> Result<std::unique_ptr<Screen>> {
            return std::unique_ptr<Screen>(
                std::make_unique<FakeScreen>(host.kernel.clock, script, seen));
        };
        return top(std::move(arguments));
    }

    DoctorHost host;
    FakeScreen::Seen seen;
};

TEST_F(Top, ReadsCgroupsOfVersion2) {
    memcg("/app", 40 * mib, std::to_string(64 * mib), std::to_string(50 * mib));
    memcg("/app/part", 30 * mib, std::to_string(32 * mib));
    memcg("/free", 1 * mib);
    // Those of the fixture have no memory.current: the controller is off for them.
    const auto document = json({});
    EXPECT_EQ(document["schema"], 1);
    EXPECT_EQ(document["cgroup_version"], 2);
    EXPECT_EQ(document["found"], 3);
    EXPECT_EQ(document["since_ns"], 1'000'000'000);
    EXPECT_EQ(document["host"]["memory_bytes"], 8'000'000ULL * 1024);
    EXPECT_EQ(document["host"]["available_bytes"], 4'000'000ULL * 1024);
    EXPECT_EQ(document["host"]["pressure_some_avg10"], 0.25);
    EXPECT_THAT(document["not_seen"], IsEmpty());
    EXPECT_THAT(paths(document), ElementsAre("/app", "/app/part", "/free"));
    const auto& app = document["memcgs"][0];
    EXPECT_EQ(app["id"], inode_number(host.cgroup_root() / "app"));
    EXPECT_EQ(app["usage_bytes"], 40 * mib);
    EXPECT_EQ(app["limit_bytes"], 50 * mib);
    EXPECT_EQ(app["headroom_bytes"], 10 * mib);
    EXPECT_EQ(app["fill_per_s"], 0);
    EXPECT_EQ(app["state"], nullptr);
    EXPECT_EQ(app["taken_bytes"], nullptr);
    EXPECT_EQ(app["pressure_some_avg10"], 1.5);
    EXPECT_EQ(document["memcgs"][1]["limit_bytes"], 32 * mib);
    EXPECT_EQ(document["memcgs"][2]["limit_bytes"], nullptr);
    EXPECT_EQ(document["memcgs"][2]["headroom_bytes"], nullptr);
}

TEST(TopVersion1, ReadsCgroupsAndCountsZombies) {
    DoctorHost host(1);
    host.write("proc/cgroups", "memory\t4\t9\t1\n");
    for (const std::string path : {"/", "/app", "/app/part"}) {
        host.write("cgroup" + path + "/memory.usage_in_bytes", "4194304\n");
        host.write("cgroup" + path + "/memory.limit_in_bytes", no_limit_v1);
    }
    host.write("cgroup/app/memory.limit_in_bytes", "8388608\n");
    host.unload();
    ASSERT_EQ(host.run({"top", "--json", "--sort", "cgroup"}), 0) << host.err;
    const auto document = Json::parse(host.out);
    EXPECT_EQ(document["cgroup_version"], 1);
    EXPECT_EQ(document["found"], 2);
    EXPECT_EQ(document["memcgs"][0]["path"], "/app");
    EXPECT_EQ(document["memcgs"][0]["headroom_bytes"], 4 * mib);
    EXPECT_EQ(document["memcgs"][1]["limit_bytes"], nullptr);
    EXPECT_EQ(document["memcgs"][1]["pressure_some_avg10"], nullptr);
    // Nine, less two and the root.
    EXPECT_EQ(document["host"]["zombies"], 6);
    EXPECT_EQ(document["module"]["state"], "not-loaded");
}

TEST_F(Top, RatesAreThoseSinceTheRefreshBefore) {
    memcg("/app", 40 * mib);
    memcg("/web", 10 * mib);
    watch("/app").reclaimed_bytes = 100;
    host.while_waiting = [this] {
        write("/web", "memory.current", std::to_string(13 * mib));
        host.kernel.watches[0].reclaimed_bytes += 600;
        host.kernel.watches[0].looks += 1;
        host.kernel.stats.since_ns += 1'000'000'000;
        host.kernel.stats.cpu_ns += 20'000'000;
    };
    auto document = json({"--interval", "1s"});
    EXPECT_EQ(document["module"]["cpu_share"], 0.02);
    EXPECT_EQ(document["memcgs"][0]["state"], "reclaiming");
    EXPECT_EQ(document["memcgs"][0]["fill_per_s"], 3 * mib);
    EXPECT_EQ(document["memcgs"][0]["taken_bytes"], 600);
    EXPECT_EQ(document["memcgs"][0]["taken_per_s"], 600);
    EXPECT_EQ(document["memcgs"][0]["high_bytes"], 60 * mib);
    EXPECT_EQ(document["memcgs"][1]["fill_per_s"], 3 * mib);
    EXPECT_EQ(document["memcgs"][1]["taken_bytes"], nullptr);
    // Half of it for each second of two.
    document = json({"--count", "2", "--interval", "2s"});
    EXPECT_EQ(document["since_ns"], 2'000'000'000);
    EXPECT_EQ(document["memcgs"][0]["taken_per_s"], 300);
}

TEST_F(Top, WorksWithoutTheModuleAndSaysSo) {
    memcg("/app", 40 * mib);
    host.dying("/", 7);
    host.unload();
    const auto document = json({});
    EXPECT_EQ(document["module"]["state"], "not-loaded");
    EXPECT_EQ(document["module"]["version"], nullptr);
    EXPECT_EQ(document["host"]["zombies"], 7);
    EXPECT_EQ(document["not_seen"][0]["what"], "what the module knows");
    EXPECT_EQ(top({"--format", "human"}), 0);
    EXPECT_THAT(host.out, AllOf(HasSubstr("module not loaded  zombies 7"), Not(HasSubstr("TAKEN")),
                                HasSubstr("/app")));
}

TEST_F(Top, WorksWithoutPrivileges) {
    memcg("/app", 40 * mib);
    watch("/app");
    host.kernel.stats.left = 5;
    host.make_unprivileged();
    const auto document = json({});
    EXPECT_EQ(document["module"]["state"], "loaded");
    EXPECT_EQ(document["host"]["zombies"], 5);
    EXPECT_EQ(document["memcgs"][0]["state"], nullptr);
    EXPECT_EQ(document["not_seen"][0]["what"], "watermarks");
    EXPECT_THAT(std::string(document["not_seen"][0]["why"]), HasSubstr("CAP_NET_ADMIN"));
}

TEST_F(Top, TheModuleMayComeAndGo) {
    memcg("/app", 40 * mib);
    watch("/app");
    int waits = 0;
    host.while_waiting = [this, &waits] { host.kernel.loaded = ++waits != 1; };
    ASSERT_EQ(top({"--count", "3", "--json"}), 0) << host.err;
    std::istringstream lines(host.out);
    std::vector<std::string> states;
    for (std::string line; std::getline(lines, line);)
        states.push_back(Json::parse(line)["module"]["state"]);
    EXPECT_THAT(states, ElementsAre("not-loaded", "loaded", "loaded"));
}

TEST_F(Top, WhatIsMissingIsSaid) {
    memcg("/app", 40 * mib);
    host.remove("proc/pressure");
    host.remove("proc/meminfo");
    host.remove("cgroup/app/memory.pressure");
    auto document = json({});
    EXPECT_EQ(document["host"]["memory_bytes"], nullptr);
    EXPECT_EQ(document["memcgs"][0]["pressure_some_avg10"], nullptr);
    EXPECT_EQ(document["not_seen"].size(), 3U);
    host.remove("cgroup/app");
    document = json({});
    EXPECT_EQ(document["not_seen"][0]["what"], "cgroups");
    EXPECT_EQ(document["found"], 0);
}

TEST_F(Top, SortsFiltersAndLimits) {
    memcg("/a", 3 * mib, std::to_string(4 * mib));
    memcg("/b", 2 * mib, std::to_string(9 * mib));
    memcg("/b/a", 1 * mib, std::to_string(9 * mib));
    EXPECT_THAT(paths(json({})), ElementsAre("/a", "/b", "/b/a"));
    EXPECT_THAT(paths(json({"--sort", "headroom", "--reverse"})), ElementsAre("/b/a", "/b", "/a"));
    EXPECT_THAT(paths(json({"--filter", "b"})), ElementsAre("/b", "/b/a"));
    EXPECT_THAT(paths(json({"--filter", "/*"})), ElementsAre("/a", "/b"));
    const auto document = json({"--limit", "1"});
    EXPECT_THAT(paths(document), ElementsAre("/a"));
    EXPECT_EQ(document["found"], 3);
}

TEST_F(Top, PlainRecordsHaveATimeAndTheirKeysOnce) {
    memcg("/a", 3 * mib);
    ASSERT_EQ(top({"--batch", "--count", "2"}), 0) << host.err;
    std::istringstream lines(host.out);
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);)
        all.push_back(line);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0], "time\tpath\tusage_bytes\tlimit_bytes\theadroom_bytes\tfill_per_s\t"
                      "taken_per_s\tstate\tpressure_some_avg10\thigh_bytes");
    EXPECT_THAT(all[1], HasSubstr("Z\t/a\t3145728\t-\t-\t0\t-\t-\t1.50\t-"));
    EXPECT_THAT(all[2], HasSubstr("Z\t/a\t3145728\t-\t-\t0\t-\t-\t1.50\t-"));
}

TEST_F(Top, NamesCannotControlTheTerminal) {
    memcg("/evil\033[2J\tx", 3 * mib);
    for (const auto* format : {"human", "plain", "json"}) {
        EXPECT_EQ(top({"--format", format, "--batch", "--count", "1"}), 0);
        EXPECT_THAT(host.out, AllOf(HasSubstr("/evil"), Not(HasSubstr("\033")))) << format;
    }
}

TEST_F(Top, ManyCgroupsAreAllThere) {
    for (int at = 0; at < 300; ++at)
        memcg(fmt::format("/many/{}/x", at), 1);
    host.cgroup("/many");
    write("/many", "memory.current", "1");
    for (int at = 0; at < 300; ++at)
        write(fmt::format("/many/{}", at), "memory.current", "1");
    EXPECT_EQ(json({"--filter", "/many"})["found"], 601);
    const auto scan = scan_memcgs(host.cgroup_root(), 2, 100);
    EXPECT_TRUE(scan.truncated);
    EXPECT_EQ(scan.memcgs.size(), 100U);
}

TEST_F(Top, SymbolicLinksAreNotFollowed) {
    memcg("/a", 1);
    std::filesystem::create_directory_symlink("a", host.cgroup_root() / "link");
    EXPECT_THAT(paths(json({})), ElementsAre("/a"));
}

TEST_F(Top, WhatIsTypedWrongIsTwo) {
    using Arguments = std::vector<std::string>;
    for (const auto& bad :
         {Arguments{"--interval", "1ms"}, Arguments{"--interval", "2d"},
          Arguments{"--interval", "often"}, Arguments{"--interval", ""}, Arguments{"--count", "0"},
          Arguments{"--count", "-1"}, Arguments{"--count", "many"}, Arguments{"--sort", "size"},
          Arguments{"--limit", "x"}, Arguments{"extra"}, Arguments{"--bach"}}) {
        EXPECT_EQ(top(bad), 2) << bad.back();
        EXPECT_THAT(host.err, StartsWith("kmemcgctl: ")) << bad.back();
        EXPECT_THAT(host.out, IsEmpty());
    }
    EXPECT_THAT(host.kernel.asked, IsEmpty());
}

TEST_F(Top, ARootThatIsNotThereIsOne) {
    host.remove("cgroup");
    EXPECT_EQ(top({}), 1);
    EXPECT_THAT(host.err, HasSubstr("there is no directory " + host.cgroup_root().string()));
    EXPECT_THAT(host.err, HasSubstr("--cgroup-root"));
}

TEST_F(Top, IsLiveOnATerminal) {
    memcg("/app", 40 * mib);
    EXPECT_EQ(live({{ScreenInput::Kind::due}, letter('q')}), 0);
    EXPECT_THAT(host.out, IsEmpty());
    ASSERT_EQ(seen.shown.size(), 2U);
    EXPECT_THAT(seen.shown[0].back().text, StartsWith("/app "));
    // The second look follows soon, so that there are rates.
    EXPECT_EQ(*seen.deadlines[1] - *seen.deadlines[0], 2s);
    EXPECT_EQ(live({{ScreenInput::Kind::stop}}), 0);
    EXPECT_EQ(live({{ScreenInput::Kind::due}, {ScreenInput::Kind::due}}, {"--count", "2"}), 0);
    // A key does not make it look again, and a pause has no end.
    seen = {};
    host.while_waiting = {};
    EXPECT_EQ(live({letter(' '), letter('r'), letter(' '), letter('q')}), 0);
    EXPECT_FALSE(seen.deadlines[1]);
    EXPECT_FALSE(seen.deadlines[2]);
    EXPECT_EQ(seen.deadlines[3], seen.deadlines[0]);
    EXPECT_EQ(live({}), 1); // the terminal can't be waited for
    EXPECT_THAT(host.err, HasSubstr("the script ends here"));
}

TEST_F(Top, IsNotLiveWhenItIsToBePrinted) {
    memcg("/app", 40 * mib);
    EXPECT_EQ(live({}, {"--batch", "--count", "1"}), 0);
    EXPECT_THAT(host.out, HasSubstr("CGROUP"));
    EXPECT_EQ(live({}, {"--json"}), 0);
    EXPECT_EQ(Json::parse(host.out)["found"], 1);
    EXPECT_TRUE(seen.shown.empty());
    // No screen: the hint says what works all the same.
    host.open_screen = {};
    EXPECT_EQ(top({}), 1);
    EXPECT_THAT(host.err, HasSubstr("kmemcgctl top --batch"));
}

} // namespace
} // namespace kmemcgd
