// SPDX-License-Identifier: GPL-2.0-only
#include "host.hpp"

#include "fuzz.hpp"

#include <algorithm>
#include <utility>

#include <sys/stat.h>

namespace kmemcgd {
namespace {

// A directory's inode number is its cgroup's id.
std::uint64_t id_of(const std::string& path) {
    struct stat info {};
    require(::stat((Host::cgroup_root() + path).c_str(), &info) == 0, "the build made cgroupfs");
    return info.st_ino;
}

Memcg live(const std::string& path) {
    Memcg memcg;
    memcg.id = id_of(path);
    memcg.path = path;
    return memcg;
}

Memcg zombie(std::uint64_t id, const std::string& path, std::uint32_t pin) {
    Memcg memcg;
    memcg.id = id;
    memcg.path = path;
    memcg.state = KMEMCGD_STATE_ZOMBIE;
    memcg.pin = pin;
    memcg.age_ms = id * 1000;
    memcg.memory_bytes = id * 4096;
    memcg.tries = 3;
    return memcg;
}

Watch watch(const Memcg& memcg, std::uint64_t policy, std::uint32_t state) {
    Watch watch;
    watch.id = memcg.id;
    watch.path = memcg.path;
    watch.policy_id = policy;
    watch.state = state;
    watch.base_bytes = 64 << 20;
    watch.last_hit_ms = 5;
    return watch;
}

WatermarkPolicy policy(std::optional<std::uint64_t> id, const std::string& path) {
    WatermarkPolicy policy;
    policy.id = id;
    policy.path = path;
    policy.ratio = 95;
    policy.scale_factor = 50;
    return policy;
}

Qos qos(const Memcg& memcg, std::uint32_t qos_class, std::uint32_t state) {
    Qos qos;
    qos.id = memcg.id;
    qos.path = memcg.path;
    qos.qos_class = qos_class;
    qos.state = state;
    qos.usage_bytes = 64 << 20;
    qos.overuse_permille = 500;
    return qos;
}

Pressure pressure() {
    Pressure pressure;
    pressure.state = KMEMCGD_PRESSURE_RECLAIMING;
    pressure.margin_bytes = 8 << 20;
    pressure.threshold_bytes = 16 << 20;
    pressure.goal_bytes = 20 << 20;
    pressure.classes = {{KMEMCGD_CLASS_BESTEFFORT, 1, 7, 1 << 20}, {3, 1, 0, 0}};
    return pressure;
}

void add_events(FakeKernel& kernel, const Watch& watch) {
    Pass pass;
    pass.id = kernel.next_pass;
    Attrs freed;
    freed.put(KMEMCGD_A_FREED_COUNT, std::uint64_t{7}).put(KMEMCGD_A_FREED_TOTAL, std::uint64_t{9});
    kernel.event(KMEMCGD_CMD_PASS_BEGIN_NTF, FakeKernel::pass_attrs(pass));
    kernel.event(KMEMCGD_CMD_FREED_NTF, freed);
    kernel.event(KMEMCGD_CMD_CONFIG_NTF, FakeKernel::config_attrs(kernel.config));
    kernel.event(KMEMCGD_CMD_PRESSURE_NTF, FakeKernel::pressure_attrs(kernel.pressure));
    kernel.event(KMEMCGD_CMD_RECLAIM_BEGIN_NTF, FakeKernel::watch_attrs(watch));
    kernel.event(KMEMCGD_CMD_NOT_CONVERGED_NTF, FakeKernel::watch_attrs(watch));
    kernel.event(KMEMCGD_CMD_RECLAIM_END_NTF, FakeKernel::watch_attrs(watch));
    kernel.event(KMEMCGD_CMD_PASS_END_NTF, FakeKernel::pass_attrs(pass));
}

// Names come from users and from containers: they must not move the cursor. So must
// not U+0080 to U+009F, which are two bytes in UTF-8.
bool harmless(const std::string& text) {
    unsigned char before = 0;
    return std::none_of(text.begin(), text.end(), [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        const bool second = std::exchange(before, byte) == 0xc2 && byte >= 0x80 && byte < 0xa0;
        return second || byte == 0x7f || (byte < 0x20 && c != '\n' && c != '\t');
    });
}

} // namespace

const std::string& Host::cgroup_root() {
    static const std::string root = KMEMCGD_FUZZ_CGROUP_ROOT;
    return root;
}

Host::Host() {
    // Made once: each input has the same host.
    static const auto app = live("/app");
    static const auto web = live("/app/web");
    static const auto odd = live("/b[1]");
    kernel.memcgs = {app, web, odd, zombie(3, "/gone", KMEMCGD_PIN_DIRTY),
                     zombie(4, "/gone", KMEMCGD_PIN_NONE)};
    kernel.policies = {policy(std::nullopt, ""), policy(app.id, app.path)};
    kernel.watches = {watch(app, app.id, KMEMCGD_WATCH_STUCK),
                      watch(web, app.id, KMEMCGD_WATCH_THRASHING),
                      watch(odd, 0, KMEMCGD_WATCH_NO_LIMIT)};
    kernel.classes = {qos(app, KMEMCGD_CLASS_BESTEFFORT, KMEMCGD_QOS_OVER),
                      qos(odd, 3, KMEMCGD_QOS_STUCK)};
    kernel.pressure = pressure();
    kernel.stats.left = 2;
    kernel.stats.left_by_pin[KMEMCGD_PIN_DIRTY] = 1;
    kernel.stats.slice_hist[6] = 95;
    kernel.stats.slice_hist[31] = 5;
    kernel.stats.last_pass = Pass{};
    add_events(kernel, kernel.watches.front());
}

void Host::run(const std::vector<std::string>& arguments, const OpenTransport& open) {
    World world{.open_transport = open,
                .clock = &kernel.clock,
                .out = &out_,
                .err = &err_,
                .out_is_terminal = terminal,
                .err_is_terminal = false,
                .no_colour = true,
                .columns = 80,
                .mountinfo = KMEMCGD_FUZZ_MOUNTINFO,
                .policy_file = KMEMCGD_FUZZ_POLICY,
                .applied_file = KMEMCGD_FUZZ_APPLIED,
                .open_waiter = [](const auto&) -> Result<std::unique_ptr<Waiter>> {
                    return Error{.message = "there is nothing to wait on"};
                },
                .host_root = cgroup_root(),
                .open_screen = []() -> Result<std::unique_ptr<Screen>> {
                    return Error{.message = "there is no screen"};
                }};
    const int code = kmemcgd::run(world, arguments);
    require(code >= exit_ok && code <= exit_partial, "the exit code is one that is documented");
    require(code == exit_ok || code == exit_partial || !err_.str().empty(), "who fails says why");
    require(harmless(out_.str()) && harmless(err_.str()), "nothing controls the terminal");
}

} // namespace kmemcgd
