// SPDX-License-Identifier: GPL-2.0-only
#include "commands/diagnose.hpp"

#include "client/names.hpp"
#include "render/units.hpp"

#include <string_view>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// Without it there is nothing to wake the daemon but its own scan.
constexpr std::string_view wakeup_capability = "rmdir-events";

bool is_on(const Config& config, kmemcgd_a_config which) {
    return config.at(which) != 0;
}

void switched_off(const Config& config, const Stats& stats, std::vector<Finding>& findings) {
    if (is_on(config, KMEMCGD_A_CONFIG_ENABLED))
        return;
    findings.push_back({Severity::problem, "disabled",
                        fmt::format("the daemon is switched off; {} zombies are left alone",
                                    format_count(stats.left)),
                        "kmemcgctl config set enabled=on"});
}

void missing_capabilities(const Info& info, const Config& config, std::vector<Finding>& findings) {
    for (const auto& capability : info.capabilities) {
        if (capability.present)
            continue;
        auto text = fmt::format("{} is missing: {}", capability.name, capability.purpose);
        if (!capability.reason.empty())
            text += fmt::format(" ({})", capability.reason);
        if (capability.name != wakeup_capability) {
            findings.push_back({Severity::note, "capability-missing", text, "kmemcgctl features"});
            continue;
        }
        const auto interval = config.at(KMEMCGD_A_CONFIG_SCAN_INTERVAL_MS);
        findings.push_back({Severity::warning, "slow-scan", text,
                            fmt::format("new zombies are found by a scan every {} instead; "
                                        "config set scan_interval=... changes that",
                                        format_duration_ns(interval * ns_per_ms))});
    }
}

std::string pin_text(std::uint32_t pin) {
    switch (pin) {
    case KMEMCGD_PIN_FILE:
        return "are held by page cache that somebody uses";
    case KMEMCGD_PIN_DIRTY:
        return "wait for dirty pages to be written";
    case KMEMCGD_PIN_SHMEM:
        return "are held by tmpfs files, shared or anonymous memory";
    case KMEMCGD_PIN_SWAP:
        return "are held by memory that was swapped out";
    case KMEMCGD_PIN_INODE:
        return "are held by inodes through cgroup writeback";
    case KMEMCGD_PIN_JOURNAL:
        return "are held by metadata in a filesystem's journal";
    case KMEMCGD_PIN_SLAB:
        return "are held by kernel memory that is charged to them";
    case KMEMCGD_PIN_OTHER:
        return "are held by child cgroups, open files of their directory, or sockets";
    default:
        return fmt::format("are held by {}", pin_name(pin));
    }
}

std::string pin_hint(std::uint32_t pin, const Config& config) {
    switch (pin) {
    case KMEMCGD_PIN_FILE:
        return "they go when the files are closed or unmapped; fuser and lsof show by whom";
    case KMEMCGD_PIN_DIRTY:
        return "they go by themselves after writeback; sync makes it sooner";
    case KMEMCGD_PIN_SHMEM:
        return is_on(config, KMEMCGD_A_CONFIG_SWAP)
                   ? "remove the tmpfs files, or add swap space"
                   : "remove the tmpfs files, or: kmemcgctl config set swap=on";
    case KMEMCGD_PIN_SWAP:
        return "they go when the memory's owner exits; swapoff and swapon force it";
    case KMEMCGD_PIN_INODE:
        return is_on(config, KMEMCGD_A_CONFIG_INODES)
                   ? "somebody has the files open or they are dirty; sync, then wait"
                   : "kmemcgctl config set inodes=on";
    case KMEMCGD_PIN_JOURNAL:
        return "they go once they are written and the journal lets go; sync makes it sooner";
    case KMEMCGD_PIN_SLAB:
        return "they go when the kernel frees those objects, mostly with its caches";
    default:
        return "kmemcgctl zombies list --pin " + pin_name(pin);
    }
}

// Dirty pages and journals are a matter of time; the rest may need somebody.
Severity pin_severity(std::uint32_t pin) {
    switch (pin) {
    case KMEMCGD_PIN_DIRTY:
    case KMEMCGD_PIN_JOURNAL:
    case KMEMCGD_PIN_SLAB:
        return Severity::note;
    default:
        return Severity::warning;
    }
}

void stuck_by_pin(const Config& config, const Stats& stats, std::vector<Finding>& findings) {
    for (std::uint32_t pin = KMEMCGD_PIN_NONE + 1; pin < stats.left_by_pin.size(); ++pin) {
        const auto count = stats.left_by_pin[pin];
        if (count == 0)
            continue;
        findings.push_back({pin_severity(pin), "pinned-" + pin_name(pin),
                            fmt::format("{} zombies {}", format_count(count), pin_text(pin)),
                            pin_hint(pin, config)});
    }
}

void cap_too_low(const Config& config, const Stats& stats, std::vector<Finding>& findings) {
    const bool mostly_waiting = stats.throttled_ns > stats.since_ns / 2;
    if (!mostly_waiting || stats.left < 1000)
        return;
    findings.push_back(
        {Severity::warning, "cpu-cap",
         fmt::format("the CPU cap of {} holds it back: it waited {} of {}",
                     format_permille(config.at(KMEMCGD_A_CONFIG_CPU_CAP_PERMILLE)),
                     format_duration_ns(stats.throttled_ns), format_duration_ns(stats.since_ns)),
         "raise it (kmemcgctl config set cpu_cap=10%), or lift it once: kmemcgctl zombies reap"});
}

void states_full(const Config& config, const Stats& stats, std::vector<Finding>& findings) {
    const auto limit = config.at(KMEMCGD_A_CONFIG_STATES_MAX);
    if (stats.untracked == 0 || stats.tracked < limit)
        return;
    findings.push_back(
        {Severity::warning, "states-full",
         fmt::format("states_max ({}) is reached: zombies beyond it are visited only "
                     "every backoff_max_ms, and have no pin",
                     format_count(limit)),
         "kmemcgctl config set states_max=..."});
}

void lost_events(const Stats& stats, std::vector<Finding>& findings) {
    if (stats.events_lost == 0)
        return;
    findings.push_back(
        {Severity::note, "events-lost",
         fmt::format("{} events were not delivered", format_count(stats.events_lost)),
         "a reader of the event group is too slow; counters are not affected"});
}

} // namespace

std::string severity_name(Severity severity) {
    switch (severity) {
    case Severity::problem:
        return "problem";
    case Severity::warning:
        return "warning";
    case Severity::note:
        break;
    }
    return "note";
}

std::vector<Finding> diagnose(const Info& info, const Config& config, const Stats& stats) {
    std::vector<Finding> findings;
    switched_off(config, stats, findings);
    missing_capabilities(info, config, findings);
    cap_too_low(config, stats, findings);
    states_full(config, stats, findings);
    stuck_by_pin(config, stats, findings);
    lost_events(stats, findings);
    return findings;
}

} // namespace kmemcgd
