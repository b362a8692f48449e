// SPDX-License-Identifier: GPL-2.0-only
// Hosts with one trouble each: "kmemcgctl doctor" names it, and a healthy host
// has none of them.
#include "doctor_host.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

namespace kmemcgd {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Names = std::set<std::string>;

// So that a comparison that fails shows both sides.
std::uint64_t number(const Json& finding, const std::string& name) {
    return finding["numbers"].value(name, std::uint64_t{12345678});
}

constexpr int many = 200;

TEST(Doctor, FindsNothingOnHealthyHosts) {
    for (const unsigned version : {1U, 2U}) {
        DoctorHost host(version);
        host.examine();
        EXPECT_EQ(host.names(), Names{}) << "v" << version;
        EXPECT_THAT(host.report["not_seen"], IsEmpty());
        EXPECT_EQ(host.report["module_state"], "loaded");
        EXPECT_EQ(host.report["cgroup_version"], version);
        EXPECT_EQ(host.report["memcgs"], 4);
        host.terminal = true;
        EXPECT_EQ(host.run({"doctor"}), 0);
        EXPECT_EQ(host.out, "nothing is wrong\n");
    }
}

TEST(Doctor, WithoutTheModuleSaysSo) {
    DoctorHost host;
    host.unload();
    host.examine();
    EXPECT_EQ(host.names(), Names{"module-not-loaded"});
    EXPECT_EQ(host.finding("module-not-loaded")["severity"], "warning");
    EXPECT_THAT(std::string(host.finding("module-not-loaded")["hint"]), HasSubstr("modprobe"));
    EXPECT_EQ(host.report["module_state"], "not-loaded");
    EXPECT_THAT(host.not_seen("what the module knows"), HasSubstr("not loaded"));
}

TEST(Doctor, AnotherVersionOfTheModuleIsAProblem) {
    DoctorHost host;
    host.kernel.protocol = 7;
    host.examine();
    EXPECT_EQ(host.names(), Names{"module-other-version"});
    EXPECT_THAT(std::string(host.finding("module-other-version")["text"]), HasSubstr("version 7"));
    EXPECT_EQ(host.report["module_state"], "other-version");
}

TEST(Doctor, AModuleThatCannotBeAskedIsNoneThatIsNotLoaded) {
    DoctorHost host;
    host.can_connect = false;
    host.write("sys/module/module/parameters/sig_enforce", "Y\n");
    host.examine({"--interval", "1s"});
    EXPECT_EQ(host.names(), Names{"module-unreachable"});
    EXPECT_EQ(host.report["module_state"], "unreachable");
    EXPECT_THAT(host.not_seen("limits within the interval"), HasSubstr("no netlink here"));
}

TEST(Doctor, TellsWhatTheModuleSaysOfItself) {
    DoctorHost host;
    host.kernel.capability.present = false;
    host.kernel.config.values[KMEMCGD_A_CONFIG_ENABLED] = 0;
    host.kernel.stats.left = host.kernel.stats.left_by_pin[KMEMCGD_PIN_SHMEM] = 3;
    host.kernel.watches = {{}};
    host.kernel.watches.front().state = KMEMCGD_WATCH_STUCK;
    host.examine();
    EXPECT_EQ(host.names(), (Names{"disabled", "slow-scan", "pinned-shmem", "stuck"}));
    EXPECT_EQ(host.report["findings"][0]["name"], "disabled"); // the most severe first
}

TEST(Doctor, WithoutPrivilegesSaysWhatItMayNotSee) {
    DoctorHost host;
    host.make_unprivileged();
    host.cgroup("/app", true, 3);
    host.dying("/system.slice", 5000);
    host.dying("/", 5000);
    host.examine();
    EXPECT_THAT(host.not_seen("the paths of zombies"), HasSubstr("CAP_NET_ADMIN"));
    EXPECT_THAT(host.not_seen("watermarks"), HasSubstr("CAP_NET_ADMIN"));
    EXPECT_EQ(host.names(), (Names{"zombies", "limit-without-watermark"}));
    // The kernel still tells which cgroups they were in.
    EXPECT_EQ(host.finding("zombies")["groups"][0]["pattern"], "/system.slice/*");
    EXPECT_THAT(std::string(host.finding("limit-without-watermark")["text"]),
                HasSubstr("may not be seen"));
    EXPECT_THAT(std::string(host.finding("limit-without-watermark")["text"]),
                Not(HasSubstr("no watermark applies")));
}

TEST(Doctor, WithoutFilesSaysWhatIsMissing) {
    DoctorHost host;
    host.remove("proc");
    host.remove("sys");
    host.remove("cgroup");
    host.unload();
    host.examine();
    EXPECT_EQ(host.names(), Names{"module-not-loaded"});
    for (const auto* what : {"cgroups", "the kernel's version", "per-CPU memory",
                             "the kernel's count of memory cgroups", "possible CPUs",
                             "kernel lockdown", "module signature enforcement"})
        EXPECT_THAT(host.not_seen(what), Not(IsEmpty())) << what;
    EXPECT_TRUE(host.report["memcgs"].is_null());
    EXPECT_TRUE(host.report["zombies"].is_null());
    EXPECT_TRUE(host.report["kernel"].is_null());
}

TEST(Doctor, OldKernelsHaveNoPercpuInMeminfo) {
    DoctorHost host;
    host.write("proc/meminfo", "MemTotal: 1000 kB\n");
    host.examine();
    EXPECT_THAT(host.not_seen("per-CPU memory"), HasSubstr("no Percpu"));
}

TEST(DoctorZombies, OfLoginsAreOneRowWithTheirPins) {
    DoctorHost host;
    for (int at = 0; at < many; ++at)
        host.zombie(fmt::format("/user.slice/user-{}.slice/session-{}.scope", 1000 + at % 7, at),
                    KMEMCGD_PIN_DIRTY);
    host.zombie("/system.slice/cron.service", KMEMCGD_PIN_SHMEM);
    host.examine();
    const auto zombies = host.finding("zombies");
    EXPECT_EQ(zombies["severity"], "note"); // the module is at it
    EXPECT_EQ(number(zombies, "zombies"), many + 1);
    EXPECT_EQ(number(zombies, "pin_dirty"), many);
    EXPECT_EQ(number(zombies, "pin_shmem"), 1U);
    EXPECT_EQ(number(zombies, "kernel_count"), 2U);
    ASSERT_EQ(zombies["groups"].size(), 2U);
    const auto& row = zombies["groups"][0];
    EXPECT_EQ(row["pattern"], "/user.slice/user-N.slice/session-N.scope");
    EXPECT_EQ(row["count"], many);
    EXPECT_EQ(row["maker"], "login");
    EXPECT_EQ(row["example"], "/user.slice/user-1000.slice/session-0.scope");
    EXPECT_EQ(zombies["groups"][1]["maker"], "cron");
    EXPECT_THAT(std::string(zombies["hint"]), HasSubstr("loginctl enable-linger"));
    EXPECT_THAT(std::string(zombies["hint"]), HasSubstr("kmemcgctl zombies"));
}

TEST(DoctorZombies, WithoutTheModuleAreToldByTheirParents) {
    DoctorHost host;
    host.unload();
    host.cgroup("/user.slice/user-0.slice");
    host.dying("/", 120); // all of them below /user.slice: it made none itself
    host.dying("/user.slice", 120);
    host.dying("/user.slice/user-0.slice", 100);
    host.examine();
    const auto zombies = host.finding("zombies");
    EXPECT_EQ(zombies["severity"], "warning");
    EXPECT_EQ(number(zombies, "zombies"), 120U);
    EXPECT_FALSE(zombies["numbers"].contains("module_count"));
    ASSERT_EQ(zombies["groups"].size(), 2U);
    EXPECT_EQ(zombies["groups"][0]["pattern"], "/user.slice/user-N.slice/*");
    EXPECT_EQ(zombies["groups"][0]["count"], 100);
    EXPECT_EQ(zombies["groups"][1]["pattern"], "/user.slice/*");
    EXPECT_EQ(zombies["groups"][1]["count"], 20);
    EXPECT_THAT(std::string(zombies["hint"]), HasSubstr("modprobe kmemcgd"));
}

TEST(DoctorZombies, OfCronOnV1AreCountedWithoutTheModule) {
    DoctorHost host(1);
    host.unload();
    host.cgroup("/system.slice/cron.service");
    host.write("proc/cgroups", "memory\t4\t20005\t1\n");
    host.examine();
    const auto zombies = host.finding("zombies");
    EXPECT_EQ(zombies["severity"], "problem");
    EXPECT_EQ(number(zombies, "zombies"), 20'000U);
    EXPECT_THAT(zombies["groups"], IsEmpty());
    EXPECT_THAT(std::string(zombies["text"]), HasSubstr("the module is needed"));
}

TEST(DoctorZombies, AFewAreNormal) {
    DoctorHost host;
    host.dying("/", 99);
    host.examine();
    EXPECT_EQ(host.names(), Names{});
    host.dying("/", 100);
    host.examine();
    EXPECT_EQ(host.names(), Names{"zombies"});
}

TEST(DoctorLeftovers, OfARuntimeAreNoZombies) {
    for (const unsigned version : {1U, 2U}) {
        DoctorHost host(version);
        host.write("proc/cgroups", "memory\t4\t300\t1\n");
        host.cgroup("/kubepods/burstable/pod1");
        for (int at = 0; at < many; ++at)
            host.cgroup(fmt::format("/kubepods/burstable/"
                                    "podd{:07x}-1a2b-3c4d-5e6f-{:012x}",
                                    at, at),
                        false);
        host.examine();
        const auto leak = host.finding("leftover-cgroups");
        EXPECT_EQ(number(leak, "cgroups"), many);
        ASSERT_EQ(leak["groups"].size(), 1U) << leak;
        EXPECT_EQ(leak["groups"][0]["pattern"], "/kubepods/burstable/podID");
        EXPECT_EQ(leak["groups"][0]["maker"], "kubernetes");
        EXPECT_THAT(std::string(leak["hint"]), HasSubstr("rmdir"));
        EXPECT_EQ(host.names(), Names{"leftover-cgroups"}) << "v" << version;
    }
}

TEST(DoctorLeftovers, AreOldEnoughOrNone) {
    DoctorHost host;
    for (int at = 0; at < many; ++at)
        host.cgroup(fmt::format("/docker/{:064x}", at + 0xabc0), false);
    host.hours_later(0);
    host.examine();
    EXPECT_EQ(host.names(), Names{});
    host.examine({"--min-age", "0s"});
    EXPECT_EQ(host.names(), Names{"leftover-cgroups"});
    host.hours_later(1);
    host.examine();
    EXPECT_EQ(host.names(), Names{"leftover-cgroups"});
    host.examine({"--min-age", "2h"});
    EXPECT_EQ(host.names(), Names{});
}

TEST(DoctorLeftovers, AreEmptyAllTheWayDown) {
    for (const unsigned version : {1U, 2U}) {
        DoctorHost host(version);
        host.write("proc/cgroups", "memory\t4\t500\t1\n");
        for (int at = 0; at < many; ++at) {
            const auto pod = fmt::format("/pods/p{}", at);
            // On v2 the kernel says so of the parent, on v1 it is to be found out.
            host.cgroup(pod, version == 2);
            host.cgroup(pod + "/app");
        }
        host.examine();
        EXPECT_THAT(host.names(), Not(Contains("leftover-cgroups"))) << "v" << version;
    }
}

TEST(DoctorLeftovers, AreNotUnitsThatNeverHaveProcesses) {
    DoctorHost host;
    for (int at = 0; at < many; ++at)
        host.cgroup(fmt::format("/system.slice/var-lib-{}.mount", at), false);
    host.examine();
    EXPECT_EQ(host.names(), Names{});
}

TEST(DoctorLimits, ThatAreHitWantAWatermark) {
    for (const unsigned version : {1U, 2U}) {
        DoctorHost host(version);
        host.write("proc/cgroups", "memory\t4\t7\t1\n");
        host.cgroup("/app", true, 3);
        host.cgroup("/db", true, 40);
        host.examine();
        const auto limits = host.finding("limit-without-watermark");
        EXPECT_EQ(number(limits, "cgroups"), 2U);
        EXPECT_EQ(number(limits, "hits"), 43U);
        EXPECT_EQ(limits["groups"][0]["pattern"], "/db");
        EXPECT_EQ(limits["groups"][0]["count"], 40);
        EXPECT_EQ(limits["hint"], "kmemcgctl watermark set /db --ratio 95");
        EXPECT_EQ(host.names(), Names{"limit-without-watermark"}) << "v" << version;
    }
}

// Tenants choose the names, and a hint is there to be pasted.
TEST(DoctorLimits, AreNamedAsOneWordOfAShell) {
    DoctorHost host;
    host.cgroup("/a'$(reboot) b", true, 1);
    host.examine();
    EXPECT_EQ(host.finding("limit-without-watermark")["hint"],
              "kmemcgctl watermark set '/a'\"'\"'$(reboot) b' --ratio 95");
}

TEST(DoctorLimits, WithAWatermarkAreLookedAfter) {
    DoctorHost host;
    host.cgroup("/app", true, 3);
    struct stat info {};
    ASSERT_EQ(::stat((host.cgroup_root() / "app").c_str(), &info), 0);
    host.kernel.watches = {{}};
    host.kernel.watches.front().id = info.st_ino;
    host.examine();
    EXPECT_EQ(host.names(), Names{});
    host.unload();
    host.examine();
    EXPECT_THAT(std::string(host.finding("limit-without-watermark")["hint"]),
                HasSubstr("modprobe kmemcgd"));
}

TEST(DoctorLimits, WithAnIntervalAreThoseOfNow) {
    DoctorHost host;
    host.cgroup("/past", true, 1000);
    host.cgroup("/now", true, 5);
    host.cgroup("/gone", true, 5);
    host.while_waiting = [&] {
        host.cgroup("/now", true, 8);
        host.remove("cgroup/gone");
    };
    host.examine({"--interval", "30s"});
    const auto limits = host.finding("limit-without-watermark");
    ASSERT_EQ(limits["groups"].size(), 1U);
    EXPECT_EQ(limits["groups"][0]["pattern"], "/now");
    EXPECT_EQ(limits["groups"][0]["count"], 3);
    EXPECT_EQ(number(limits, "interval_ms"), 30'000U);
    host.while_waiting = {};
    host.examine({"--interval", "30"});
    EXPECT_EQ(host.names(), Names{});
}

TEST(DoctorLimits, CountDescendantsOnlyWhereThereIsNoLocalCount) {
    DoctorHost host;
    host.cgroup("/app", true, 0);
    host.write("cgroup/app/memory.events", "max 9\n");
    host.examine();
    EXPECT_EQ(host.names(), Names{});
    host.remove("cgroup/app/memory.events.local");
    host.examine();
    EXPECT_EQ(number(host.finding("limit-without-watermark"), "hits"), 9U);
}

TEST(DoctorCapacity, PercpuMemoryOfAFifthIsTooMuch) {
    DoctorHost host;
    host.write("proc/meminfo", "MemTotal: 8000000 kB\nPercpu: 1600000 kB\n");
    host.examine();
    const auto percpu = host.finding("percpu-memory");
    EXPECT_EQ(percpu["severity"], "warning");
    EXPECT_EQ(number(percpu, "percpu_bytes"), 1'600'000U * 1024);
    EXPECT_EQ(number(percpu, "live"), 4U);
    EXPECT_EQ(host.names(), Names{"percpu-memory"});
}

TEST(DoctorCapacity, PercpuMemoryForFewCgroupsIsNoted) {
    DoctorHost host;
    host.write("proc/meminfo", "MemTotal: 800000000 kB\nPercpu: 80000 kB\n");
    host.examine();
    EXPECT_EQ(host.finding("percpu-memory")["severity"], "note");
    host.write("sys/devices/system/cpu/possible", "0-511\n");
    host.examine();
    EXPECT_EQ(host.names(), Names{});
}

TEST(DoctorKernel, LockedDownLoadsSignedModulesOnly) {
    DoctorHost host;
    host.write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    host.write("sys/module/module/parameters/sig_enforce", "Y\n");
    host.write("sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
               std::string("\6\0\0\0\1", 5));
    host.examine();
    EXPECT_EQ(host.names(), Names{}); // it was loaded all the same
    host.unload();
    host.examine();
    EXPECT_EQ(host.names(),
              (Names{"module-not-loaded", "kernel-lockdown", "signature-enforced", "secure-boot"}));
    EXPECT_THAT(std::string(host.finding("kernel-lockdown")["text"]), HasSubstr("integrity"));
    EXPECT_THAT(std::string(host.finding("kernel-lockdown")["hint"]), HasSubstr("mokutil"));
    host.write("sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
               std::string("\6\0\0\0\0", 5));
    host.examine();
    EXPECT_THAT(host.names(), Not(Contains("secure-boot")));
}

TEST(DoctorKernel, From71OnMovesPages) {
    DoctorHost host;
    host.write("proc/sys/kernel/osrelease", "7.1.2-amd64\n");
    host.examine();
    EXPECT_EQ(host.names(), Names{"page-cache-moves"});
    EXPECT_EQ(host.finding("page-cache-moves")["severity"], "note");
    EXPECT_THAT(std::string(host.finding("page-cache-moves")["text"]), HasSubstr("journal"));
    host.write("proc/sys/kernel/osrelease", "6.12.0\n");
    host.examine();
    EXPECT_EQ(host.names(), Names{});
}

TEST(DoctorKernel, OfAVendorHasItsOwnReclaim) {
    DoctorHost host;
    host.cgroup("/app");
    host.write("cgroup/app/memory.wmark_ratio", "0\n");
    host.examine();
    EXPECT_EQ(host.names(), Names{"vendor-reclaim"});
    EXPECT_EQ(host.finding("vendor-reclaim")["severity"], "note");
    host.write("cgroup/app/memory.wmark_ratio", "95\n");
    host.examine();
    const auto vendor = host.finding("vendor-reclaim");
    EXPECT_EQ(vendor["severity"], "warning");
    EXPECT_EQ(number(vendor, "set"), 1U);
    EXPECT_EQ(vendor["groups"][0]["example"], "/app/memory.wmark_ratio");

    DoctorHost reaper;
    reaper.write("sys/kernel/mm/memcg_reaper/reap_background", "0\n");
    reaper.examine();
    EXPECT_THAT(std::string(reaper.finding("vendor-reclaim")["text"]), HasSubstr("memcg_reaper"));
}

TEST(DoctorText, TellsPeopleAndPrograms) {
    DoctorHost host;
    host.cgroup("/app\033[2J", true, 3);
    EXPECT_EQ(host.run({"doctor"}), 0);
    EXPECT_THAT(host.out, HasSubstr("warning\tlimit-without-watermark\t1 cgroups"));
    EXPECT_THAT(host.out, HasSubstr("number\tlimit-without-watermark\thits\t3\n"));
    EXPECT_THAT(host.out, HasSubstr("group\tlimit-without-watermark\t3\t/app\\x1b[2J\t"));
    host.make_unprivileged();
    EXPECT_EQ(host.run({"doctor"}), 0);
    EXPECT_THAT(host.out, HasSubstr("not-seen\twatermarks\t"));
    host.terminal = true;
    EXPECT_EQ(host.run({"doctor"}), 0);
    EXPECT_THAT(host.out, HasSubstr("[limit-without-watermark]\n  cgroups 1, hits 3\n"));
    EXPECT_THAT(host.out, HasSubstr("  -> kmemcgctl watermark set '/app\\x1b[2J' --ratio"));
    EXPECT_THAT(host.out, HasSubstr("could not be looked at:\n"));
    EXPECT_THAT(host.out, Not(HasSubstr("\033")));
}

TEST(DoctorText, UsageIsTwo) {
    DoctorHost host;
    EXPECT_EQ(host.run({"doctor", "--interval", "soon"}), 2);
    EXPECT_EQ(host.run({"doctor", "--interval", "2d"}), 2);
    EXPECT_EQ(host.run({"doctor", "--min-age", "old"}), 2);
    EXPECT_EQ(host.run({"doctor", "/app"}), 2);
}

} // namespace
} // namespace kmemcgd
