// SPDX-License-Identifier: GPL-2.0-only
// "kmemcgctl metrics" against the fake kernel, and trees of files for cgroupfs and /proc.
#include "metrics/collector.hpp"
#include "temporary_directory.hpp"

#include <cerrno>
#include <kmemcgd/version.h>

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class MetricsCommand : public ::testing::Test {
protected:
    MetricsCommand() {
        program.host_root = base + "/host";
        write("host/proc/vmstat", "allocstall_normal 7\npgscan_direct 3\ncompact_stall 9\n"
                                  "compact_fail 5\ncompact_success 4\n");
        write("host/proc/buddyinfo", "Node 0, zone DMA32 4 5 6\n");
        write("cgroup/cgroup.controllers", "memory\n");
        for (const auto* path : {"/web", "/web/shop", "/hand"})
            add_cgroup(program.kernel, base + "/cgroup", path);
        program.policy_file = base + "/policy.toml";
        write("policy.toml", "[[policy]]\nname = \"front\"\nmatch = \"/web\"\n"
                             "limit = { max = \"64M\" }\nwatermark = { ratio = 90 }\n"
                             "[[policy]]\nname = \"spare\"\nmatch = \"/none\"\n"
                             "watermark = { ratio = 90 }\n");
        write("cgroup/web/memory.max", "67108864\n");
        set_policy("/web");
        set_policy("/hand");
        auto& stats = program.kernel.stats;
        stats.freed = 1994;
        stats.cpu_ns = 1'500'000'000;
        stats.zombie_pages = 3;
        stats.watermark_pages = 4;
        stats.left_by_pin[KMEMCGD_PIN_JOURNAL] = 6;
        stats.slice_hist[13] = 9;
        watch("/web", id("/web"), 3, 1);
        watch("/web/shop", id("/web"), 4, 0);
        watch("/hand", id("/hand"), 50, 0);
        watch("/else", 0, 600, 2);
    }

    void write(const std::string& file, std::string_view text) const {
        directory.write(file, text);
    }
    [[nodiscard]] std::uint64_t id(const std::string& path) const {
        return inode_number(base + "/cgroup" + path);
    }
    void set_policy(const std::string& path) {
        WatermarkPolicy policy;
        policy.id = id(path);
        policy.path = path;
        policy.ratio = 90;
        program.kernel.policies.push_back(policy);
    }
    void watch(const std::string& path, std::uint64_t policy, std::uint64_t triggered,
               std::uint64_t hits) {
        Watch watch;
        watch.id = program.kernel.watches.size() + 1000;
        watch.path = path;
        watch.policy_id = policy;
        watch.triggered = triggered;
        watch.limit_hit = hits;
        program.kernel.watches.push_back(watch);
    }
    int run(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.begin(), {"--cgroup-root", base + "/cgroup", "metrics"});
        return program.run(arguments);
    }
    // What stands behind a name and its labels; fails the test when there is none.
    [[nodiscard]] std::string value(const std::string& series) const {
        std::istringstream lines(program.out.str());
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(series + " "))
                return line.substr(series.size() + 1);
        }
        ADD_FAILURE() << series << " is not there:\n" << program.out.str();
        return {};
    }
    [[nodiscard]] bool has(const std::string& name) const {
        return program.out.str().find("\n" + name) != std::string::npos;
    }

    [[nodiscard]] std::ptrdiff_t lines() const {
        const auto text = program.out.str();
        return std::count(text.begin(), text.end(), '\n');
    }

    Program program;
    TemporaryDirectory directory;
    const std::string& base = directory.path();
};

TEST_F(MetricsCommand, TellsWhatTheModuleCounts) {
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(program.err.str(), "");
    EXPECT_EQ(value("kmemcgd_up"), "1");
    EXPECT_EQ(value("kmemcgd_controller_info{version=\"" KMEMCGD_VERSION "\"}"), "1");
    EXPECT_EQ(value("kmemcgd_module_info{version=\"0.1.0\",kernel=\"6.1.0\",protocol=\"1\","
                    "cgroup_version=\"2\"}"),
              "1");
    EXPECT_EQ(value("kmemcgd_zombies{pin=\"journal\"}"), "6");
    EXPECT_EQ(value("kmemcgd_zombies{pin=\"file\"}"), "0");
    EXPECT_EQ(value("kmemcgd_zombies_freed_total"), "1994");
    EXPECT_EQ(value("kmemcgd_cpu_seconds_total"), "1.5");
    EXPECT_EQ(value("kmemcgd_reclaimed_bytes_total{reason=\"zombie\"}"), "12288");
    EXPECT_EQ(value("kmemcgd_reclaimed_bytes_total{reason=\"watermark\"}"), "16384");
    EXPECT_EQ(value("kmemcgd_slice_duration_seconds_count"), "9");
    EXPECT_EQ(value("kmemcgd_slice_duration_seconds_bucket{le=\"+Inf\"}"), "9");
    EXPECT_EQ(value("kmemcgd_slice_duration_seconds_bucket{le=\"4.096e-06\"}"), "0");
    EXPECT_EQ(value("kmemcgd_slice_duration_seconds_bucket{le=\"1.6384e-05\"}"), "9");
}

TEST_F(MetricsCommand, TellsWhatTheKernelSays) {
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_direct_reclaim_events_total"), "7");
    EXPECT_EQ(value("kmemcgd_direct_reclaim_scanned_bytes_total"),
              std::to_string(3 * ::sysconf(_SC_PAGESIZE)));
    EXPECT_EQ(value("kmemcgd_buddy_free_blocks{node=\"0\",zone=\"DMA32\",order=\"2\"}"), "6");
    const auto unusable = [this](const char* order) {
        return value("kmemcgd_buddy_unusable_free_ratio{node=\"0\",zone=\"DMA32\",order=\"" +
                     std::string(order) + "\"}");
    };
    EXPECT_EQ(unusable("0"), "0");
    EXPECT_EQ(unusable("1"), "0.105"); // 4 of 38 pages, in thousandths
    EXPECT_EQ(unusable("2"), "0.368");
    EXPECT_EQ(value("kmemcgd_direct_compaction_stalls_total"), "9");
    EXPECT_EQ(value("kmemcgd_direct_compaction_failures_total"), "5");
    EXPECT_EQ(value("kmemcgd_direct_compaction_successes_total"), "4");
}

TEST_F(MetricsCommand, AKernelThatDoesNotCompactHasNoCounts) {
    write("host/proc/vmstat", "allocstall_normal 7\n");
    EXPECT_EQ(run(), 0);
    EXPECT_FALSE(has("kmemcgd_direct_compaction"));
    EXPECT_EQ(value("kmemcgd_source_up{source=\"vmstat\"}"), "1");
}

TEST_F(MetricsCommand, PoliciesHaveTheNamesOfTheirRules) {
    EXPECT_EQ(run(), 0);
    const auto triggers = [this](const std::string& policy) {
        return value("kmemcgd_watermark_triggers_total{policy=\"" + policy + "\"}");
    };
    EXPECT_EQ(triggers("front"), "7"); // those that inherit it as well
    EXPECT_EQ(triggers("other"), "50");
    EXPECT_EQ(triggers("default"), "600");
    EXPECT_EQ(triggers("spare"), "0");
    EXPECT_EQ(value("kmemcgd_watermark_not_converged_total{policy=\"front\"}"), "1");
    EXPECT_EQ(value("kmemcgd_watched_cgroups{state=\"no-limit\"}"), "4");
}

TEST_F(MetricsCommand, ARuleThatDoesNotFitTheLimitGivesNoName) {
    write("cgroup/web/memory.max", "max\n");
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_watermark_triggers_total{policy=\"front\"}"), "0");
    EXPECT_EQ(value("kmemcgd_watermark_triggers_total{policy=\"other\"}"), "57");
}

TEST_F(MetricsCommand, CgroupsOnlyForThoseWhoAsk) {
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(program.out.str(), Not(HasSubstr("/web")));
    const auto before = lines();
    for (int more = 0; more < 100; ++more)
        watch("/web/" + std::to_string(more), id("/web"), 1, 0);
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(lines(), before);
    EXPECT_EQ(run({"--per-cgroup"}), 0);
    EXPECT_EQ(value("kmemcgd_cgroup_triggers_total{cgroup=\"/web/shop\",policy=\"front\"}"), "4");
    EXPECT_EQ(value("kmemcgd_cgroup_usage_bytes{cgroup=\"/web/99\",policy=\"front\"}"), "0");
}

TEST_F(MetricsCommand, NamesThatTenantsChooseBreakNothing) {
    watch("/a\"b\\c\nkmemcgd_up 9\xff", 0, 1, 0);
    watch("/a\"b\\c\\x0akmemcgd_up 9\\xff", 0, 2, 0); // the same text, and not there twice
    EXPECT_EQ(run({"--per-cgroup"}), 0);
    EXPECT_EQ(value("kmemcgd_up"), "1");
    const std::string series =
        "kmemcgd_cgroup_triggers_total{cgroup=\"/a\\\"b\\\\c\\\\x0akmemcgd_up "
        "9\\\\xff\",policy=\"default\"}";
    EXPECT_EQ(value(series), "1");
    const auto text = program.out.str();
    EXPECT_EQ(text.find(series, text.find(series) + 1), std::string::npos);
}

TEST_F(MetricsCommand, WithoutTheModuleTheHostIsStillThere) {
    program.kernel.loaded = false;
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_up"), "0");
    EXPECT_EQ(value("kmemcgd_source_up{source=\"module\"}"), "0");
    EXPECT_EQ(value("kmemcgd_source_up{source=\"buddyinfo\"}"), "1");
    EXPECT_EQ(value("kmemcgd_direct_reclaim_events_total"), "7");
    EXPECT_TRUE(has("kmemcgd_controller_info"));
    for (const auto* gone :
         {"kmemcgd_module_info", "kmemcgd_zombies", "kmemcgd_slice", "kmemcgd_w"})
        EXPECT_FALSE(has(gone)) << gone;
    EXPECT_THAT(program.err.str(), HasSubstr("module: "));
    EXPECT_THAT(program.err.str(), HasSubstr("not loaded"));
    EXPECT_THAT(program.err.str(), Not(HasSubstr("watermarks: "))); // for the same reason
}

TEST_F(MetricsCommand, AModuleOfAnotherVersion) {
    program.kernel.protocol = 2;
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_up"), "0");
    EXPECT_TRUE(has("kmemcgd_buddy_free_blocks"));
    EXPECT_THAT(program.err.str(), HasSubstr("module: "));
}

TEST_F(MetricsCommand, AnOlderModuleDoesNotTellPagesApart) {
    program.kernel.stats.zombie_pages.reset();
    program.kernel.stats.watermark_pages.reset();
    program.kernel.stats.node_pages.reset();
    program.kernel.has_watermarks = false;
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_up"), "1");
    EXPECT_EQ(value("kmemcgd_source_up{source=\"watermarks\"}"), "0");
    EXPECT_FALSE(has("kmemcgd_reclaimed_bytes_total"));
}

TEST_F(MetricsCommand, ATightNodeAndItsClasses) {
    auto& pressure = program.kernel.pressure;
    pressure.margin_bytes = 60 << 20;
    pressure.threshold_bytes = 64 << 20;
    pressure.nothings = 2;
    pressure.cpu_ns = 2'500'000'000;
    pressure.classes = {{.qos_class = 4, .memcgs = 3, .slices = 9, .reclaimed_bytes = 4096},
                        {.qos_class = 7, .memcgs = 1, .slices = 0, .reclaimed_bytes = 0}};
    program.kernel.stats.node_pages = 1;
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_node_margin_bytes"), "62914560");
    EXPECT_EQ(value("kmemcgd_node_threshold_bytes"), "67108864");
    EXPECT_EQ(value("kmemcgd_node_pressure_nothing_total"), "2");
    EXPECT_EQ(value("kmemcgd_node_pressure_cpu_seconds_total"), "2.5");
    EXPECT_EQ(value("kmemcgd_class_cgroups{class=\"besteffort\"}"), "3");
    EXPECT_EQ(value("kmemcgd_class_cgroups{class=\"7\"}"), "1");
    EXPECT_EQ(value("kmemcgd_class_reclaimed_bytes_total{class=\"besteffort\"}"), "4096");
    EXPECT_EQ(value("kmemcgd_reclaimed_bytes_total{reason=\"node\"}"), "4096");
}

TEST_F(MetricsCommand, AModuleThatDoesNotKnowPressure) {
    program.kernel.refusals[KMEMCGD_CMD_GET_PRESSURE] = {EOPNOTSUPP, ""};
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_source_up{source=\"pressure\"}"), "0");
    EXPECT_FALSE(has("kmemcgd_node_margin_bytes"));
    EXPECT_EQ(value("kmemcgd_up"), "1");
}

TEST_F(MetricsCommand, WithoutTheRightToNameCgroups) {
    program.kernel.refusals[KMEMCGD_CMD_GET_WATCH] = {EPERM, ""};
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_up"), "1");
    EXPECT_EQ(value("kmemcgd_zombies_freed_total"), "1994");
    EXPECT_EQ(value("kmemcgd_source_up{source=\"watermarks\"}"), "0");
    EXPECT_FALSE(has("kmemcgd_watermark_triggers_total"));
    EXPECT_THAT(program.err.str(), HasSubstr("watermarks: "));
    EXPECT_THAT(program.err.str(), HasSubstr("CAP_NET_ADMIN"));
}

TEST_F(MetricsCommand, FilesThatAreNotThereOrUnknown) {
    fs::remove(base + "/host/proc/vmstat");
    write("host/proc/buddyinfo", "Free blocks: 3\n");
    EXPECT_EQ(run(), 0);
    EXPECT_FALSE(has("kmemcgd_direct_reclaim"));
    EXPECT_FALSE(has("kmemcgd_buddy"));
    EXPECT_EQ(value("kmemcgd_source_up{source=\"vmstat\"}"), "0");
    EXPECT_THAT(program.err.str(), HasSubstr("\"Free blocks: 3\""));
}

TEST_F(MetricsCommand, ThePolicyFile) {
    fs::remove(program.policy_file); // none: every policy was set by hand
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(value("kmemcgd_watermark_triggers_total{policy=\"other\"}"), "57");
    EXPECT_EQ(run({"--file", base + "/none.toml"}), 1);
    write("policy.toml", "polcy = 1\n");
    EXPECT_EQ(run(), 2);
    EXPECT_EQ(program.out.str(), "");
}

TEST_F(MetricsCommand, JsonIsRefused) {
    EXPECT_EQ(run({"--json"}), 2);
    EXPECT_THAT(program.err.str(), HasSubstr("stats --json"));
}

// A collector that lives, as the daemon's does.
class LivingCollector : public MetricsCommand {
protected:
    double triggers(const std::string& policy) {
        for (const auto& family : collector.Collect()) {
            for (const auto& metric : family.metric) {
                if (family.name == "kmemcgd_watermark_triggers_total" &&
                    metric.label.at(0).value == policy)
                    return metric.counter.value;
            }
        }
        ADD_FAILURE() << policy;
        return 0;
    }

    World world{.open_transport = [this]() -> Result<std::unique_ptr<Transport>> {
                    return std::unique_ptr<Transport>(
                        std::make_unique<FakeTransport>(program.kernel));
                },
                .clock = &program.kernel.clock,
                .host_root = base + "/host"};
    Context context{.world = &world, .cgroup_root = {}, .action = {}, .help_for = {}};
    Collector collector{context, base + "/cgroup"};
};

TEST_F(LivingCollector, ATotalDoesNotDropWhenItsCgroupGoes) {
    collector.use({}, false);
    EXPECT_EQ(triggers("default"), 600);
    program.kernel.watches.pop_back();
    EXPECT_EQ(triggers("default"), 600);
    watch("/new", 0, 5, 0);
    program.kernel.watches.back().id = 77;
    EXPECT_EQ(triggers("default"), 605);
}

TEST_F(LivingCollector, ATotalIsNotLostWhileTheModuleIsAway) {
    collector.use({}, false);
    EXPECT_EQ(triggers("default"), 600);
    program.kernel.loaded = false;
    (void)collector.Collect();
    EXPECT_EQ(collector.failures().count(MetricSource::module), 1U);
    program.kernel.loaded = true;
    program.kernel.watches.back().triggered = 1; // counted anew
    EXPECT_EQ(triggers("default"), 601);
    EXPECT_TRUE(collector.failures().empty());
}

} // namespace
} // namespace kmemcgd
