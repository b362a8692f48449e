// SPDX-License-Identifier: GPL-2.0-only
// What the protocol carries, as values. include/uapi/linux/kmemcgd.h says what
// each of them means; the names here are its names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <linux/kmemcgd.h>

namespace kmemcgd {

struct Capability {
    std::string name;
    bool present = false;
    bool required = false;
    std::string purpose;
    std::string reason; // empty when it is present
};

struct Info {
    std::uint32_t protocol = 0;
    std::string module_version;
    std::string kernel_release;
    std::uint32_t cgroup_version = 0;
    std::uint32_t page_size_bytes = 0;
    std::vector<Capability> capabilities;
};

// Indexed by enum kmemcgd_a_config; config_fields() says what each one is.
struct Config {
    std::array<std::uint32_t, KMEMCGD_A_CONFIG_MAX + 1> values{};

    [[nodiscard]] std::uint32_t at(kmemcgd_a_config which) const { return values.at(which); }
};

struct ConfigChange {
    kmemcgd_a_config which = KMEMCGD_A_CONFIG_ENABLED;
    std::uint32_t value = 0;
};

struct Memcg {
    std::uint64_t id = 0;
    std::uint32_t state = KMEMCGD_STATE_LIVE;
    std::uint32_t pin = KMEMCGD_PIN_NONE;
    std::string path;
    // What the module does not say of a memcg stays empty: a live one has no age.
    std::optional<std::uint64_t> age_ms;
    std::optional<std::uint64_t> memory_bytes;
    std::optional<std::uint64_t> swap_bytes;
    std::optional<std::uint64_t> file_bytes;
    std::optional<std::uint64_t> anon_bytes;
    std::optional<std::uint64_t> refs;
    std::optional<std::uint32_t> children;
    std::optional<std::uint32_t> tries;
    std::optional<std::uint64_t> next_ms;
};

struct MemcgFilter {
    std::optional<std::uint32_t> state;
    std::optional<std::uint32_t> pin;
    std::optional<std::uint64_t> min_age_ms;
    std::optional<std::uint64_t> min_bytes;
};

struct Pass {
    std::uint64_t id = 0;
    std::uint32_t reason = KMEMCGD_REASON_RMDIR;
    std::uint64_t duration_ns = 0;
    std::uint64_t cpu_ns = 0;
    std::uint64_t visited = 0;
    std::uint64_t freed = 0;
    std::uint64_t left = 0;
    std::uint64_t pages = 0;
    std::uint64_t inodes = 0;
};

using Histogram = std::array<std::uint64_t, KMEMCGD_HIST_BUCKETS>;
using PinCounts = std::array<std::uint32_t, KMEMCGD_PIN_MAX + 1>;

struct Stats {
    std::uint64_t since_ns = 0;
    std::uint64_t offlined = 0;
    std::uint64_t released = 0;
    std::uint64_t seen = 0;
    std::uint64_t freed = 0;
    std::uint64_t left = 0;
    std::uint64_t tracked = 0;
    std::uint64_t untracked = 0;
    std::uint64_t visits = 0;
    std::uint64_t backoffs = 0;
    std::uint64_t pages = 0;
    std::uint64_t inodes = 0;
    std::uint64_t wb_cleanups = 0;
    std::uint64_t stock_drains = 0;
    std::uint64_t slices = 0;
    std::uint64_t passes = 0;
    std::uint64_t wakeups = 0;
    std::uint64_t cpu_ns = 0;
    std::uint64_t throttled_ns = 0;
    std::uint64_t events_lost = 0;
    PinCounts left_by_pin{};
    Histogram slice_hist{};
    Histogram resched_hist{};
    std::optional<Pass> last_pass;
    std::optional<std::uint64_t> running_pass;
    // Of the pages; empty: the module is from before they were told apart.
    std::optional<std::uint64_t> zombie_pages;
    std::optional<std::uint64_t> watermark_pages;
    std::optional<std::uint64_t> node_pages;
};

struct WatermarkPolicy {
    std::optional<std::uint64_t> id; // empty: the host's default
    std::string path;
    std::uint32_t ratio = 0;
    std::uint32_t scale_factor = 0;
    std::uint64_t high_headroom_bytes = 0;
    std::uint64_t low_headroom_bytes = 0;
    std::uint32_t swap = 0;
    std::optional<std::uint32_t> swappiness; // empty: the memcg's own

    // One that is off is still one: its descendants are left alone.
    [[nodiscard]] bool off() const { return ratio == 0 && high_headroom_bytes == 0; }
};

// What is empty stays as it was.
struct WatermarkChange {
    std::optional<std::uint32_t> ratio;
    std::optional<std::uint32_t> scale_factor;
    std::optional<std::uint64_t> high_headroom_bytes;
    std::optional<std::uint64_t> low_headroom_bytes;
    std::optional<std::uint32_t> swap;
    std::optional<std::uint32_t> swappiness; // KMEMCGD_WMARK_SWAPPINESS_OWN: none
};

struct Watch {
    std::uint64_t id = 0;
    std::string path; // empty in events
    std::uint64_t policy_id = 0;
    std::uint32_t state = KMEMCGD_WATCH_NO_LIMIT;
    std::uint64_t usage_bytes = 0;
    std::uint64_t base_bytes = 0;
    std::uint64_t high_bytes = 0;
    std::uint64_t low_bytes = 0;
    std::uint64_t learned_bytes = 0;
    std::uint64_t headroom_bytes = 0;
    std::uint64_t fill_rate = 0;
    std::uint64_t next_us = 0;
    std::uint64_t looks = 0;
    std::uint64_t reclaimed_bytes = 0;
    std::uint64_t cpu_ns = 0;
    std::uint64_t triggered = 0;
    std::uint64_t limit_hit = 0;
    std::optional<std::uint64_t> last_hit_ms; // empty: never
};

// A memcg with a class.
struct Qos {
    std::uint64_t id = 0;
    std::string path;
    std::uint32_t qos_class = 0;
    std::uint64_t request_bytes = 0;
    std::uint32_t request_ratio = 0;
    std::uint32_t swap = 0;
    std::uint32_t state = KMEMCGD_QOS_WITHIN;
    std::uint64_t usage_bytes = 0;
    std::uint64_t protected_bytes = 0;
    std::uint64_t overuse_permille = 0;
    std::uint64_t reclaimed_bytes = 0;
    std::uint64_t cpu_ns = 0;
};

// What is empty stays as it was.
struct QosChange {
    std::optional<std::uint32_t> qos_class;
    std::optional<std::uint64_t> request_bytes;
    std::optional<std::uint32_t> request_ratio;
    std::optional<std::uint32_t> swap;
};

// What was taken from the memcgs of a class.
struct ClassTotals {
    std::uint32_t qos_class = 0;
    std::uint32_t memcgs = 0;
    std::uint64_t slices = 0;
    std::uint64_t reclaimed_bytes = 0;
};

struct Pressure {
    std::uint32_t state = KMEMCGD_PRESSURE_OFF;
    std::uint32_t node = 0;
    std::uint64_t margin_bytes = 0;
    std::uint64_t threshold_bytes = 0;
    std::uint64_t goal_bytes = 0;
    std::uint64_t fill_rate = 0;
    std::uint64_t episodes = 0;
    std::uint64_t nothings = 0;
    std::uint64_t reclaimed_bytes = 0;
    std::uint64_t cpu_ns = 0;
    std::vector<ClassTotals> classes;
};

struct PassBegin {
    std::uint64_t id = 0;
    std::uint32_t reason = KMEMCGD_REASON_RMDIR;
};
struct PassEnd {
    Pass pass;
};
struct Freed {
    std::uint64_t count = 0;
    std::uint64_t total = 0;
};
struct ConfigChanged {
    Config config;
};
struct ReclaimBegin {
    Watch watch;
};
struct ReclaimEnd {
    Watch watch;
};
struct NotConverged {
    Watch watch;
};
struct PressureChanged {
    Pressure pressure;
};
struct Unloaded {}; // the family is gone: the kernel's own controller tells

using Event = std::variant<PassBegin, PassEnd, Freed, ConfigChanged, ReclaimBegin, ReclaimEnd,
                           NotConverged, PressureChanged, Unloaded>;

// The memcg that an event is about, or nothing.
const Watch* watch_of(const Event& event);

} // namespace kmemcgd
