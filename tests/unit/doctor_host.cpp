// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_host.hpp"

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

// Waiting is where the host may change.
class WaitingTransport final : public Transport {
public:
    explicit WaitingTransport(DoctorHost& host) : inner_(host.kernel), host_(&host) {}

    Status send(Bytes datagram) override {
        asks_ = true;
        return inner_.send(datagram);
    }
    Status join(std::uint32_t group) override { return inner_.join(group); }
    Result<Received> receive(std::optional<TimePoint> deadline) override {
        if (!asks_ && host_->while_waiting)
            host_->while_waiting();
        return inner_.receive(deadline);
    }

private:
    FakeTransport inner_;
    DoctorHost* host_;
    bool asks_ = false;
};

} // namespace

DoctorHost::DoctorHost(unsigned version) : version_(version) {
    kernel.capability.present = true;
    kernel.config.values[KMEMCGD_A_CONFIG_ENABLED] = 1;
    write("proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
    write("proc/meminfo", "MemTotal:       8000000 kB\nMemFree:  1 kB\nPercpu:   712 kB\n");
    write("proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
                          "cpu\t1\t9\t1\nmemory\t4\t5\t1\n");
    write("sys/devices/system/cpu/possible", "0-1\n");
    write("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
    write("sys/module/module/parameters/sig_enforce", "N\n");
    if (version_ == 2)
        write("cgroup/cgroup.controllers", "memory\n");
    cgroup("/");
    dying("/", 2);
    cgroup("/system.slice");
    cgroup("/system.slice/ssh.service");
    cgroup("/system.slice/proc-fs-nfsd.mount", false);
    hours_later(2);
}

void DoctorHost::write(const std::string& file, const std::string& text) const {
    fs::create_directories((top_ / file).parent_path());
    std::ofstream(top_ / file) << text;
}

void DoctorHost::remove(const std::string& file) const {
    fs::remove_all(top_ / file);
}

void DoctorHost::cgroup(const std::string& path, bool processes, std::uint64_t hits) const {
    const auto at = "cgroup" + path + "/";
    write(at + "memory.stat", "anon 0\n");
    write(at + "cgroup.procs", processes ? "1\n" : "");
    if (version_ == 1) {
        write(at + "memory.failcnt", fmt::format("{}\n", hits));
        return;
    }
    write(at + "cgroup.events", fmt::format("populated {}\nfrozen 0\n", processes ? 1 : 0));
    write(at + "memory.events.local", fmt::format("low 0\nhigh 7\nmax {}\noom 0\n", hits));
    if (!fs::exists(top_ / at / "cgroup.stat"))
        dying(path, 0);
}

void DoctorHost::dying(const std::string& path, std::uint64_t count) const {
    if (version_ == 2)
        write("cgroup" + path + "/cgroup.stat",
              fmt::format("nr_descendants 3\nnr_dying_descendants {}\n", count));
}

void DoctorHost::zombie(const std::string& path, std::uint32_t pin, std::uint64_t swap_bytes) {
    Memcg memcg;
    memcg.id = ++next_id_;
    memcg.state = KMEMCGD_STATE_ZOMBIE;
    memcg.pin = pin;
    memcg.path = path;
    memcg.swap_bytes = swap_bytes;
    kernel.memcgs.push_back(memcg);
    ++kernel.stats.left;
    ++kernel.stats.left_by_pin.at(pin);
}

void DoctorHost::unload() {
    kernel.loaded = false;
}

void DoctorHost::make_unprivileged() {
    for (const int command : {KMEMCGD_CMD_GET_MEMCG, KMEMCGD_CMD_GET_WATCH})
        kernel.refusals[command] = {EPERM, ""};
}

// Directories that were just made are to look old.
void DoctorHost::hours_later(int hours) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    kernel.clock.time = TimePoint(now + std::chrono::hours(hours));
}

int DoctorHost::run(std::vector<std::string> arguments) {
    std::ostringstream out_stream;
    std::ostringstream err_stream;
    World world{.open_transport = [this]() -> Result<std::unique_ptr<Transport>> {
                    if (!can_connect)
                        return Error{.message = "no netlink here"};
                    return std::unique_ptr<Transport>(std::make_unique<WaitingTransport>(*this));
                },
                .clock = &kernel.clock,
                .out = &out_stream,
                .err = &err_stream,
                .out_is_terminal = terminal,
                .err_is_terminal = false,
                .no_colour = true,
                .columns = 80,
                .mountinfo = "/nonexistent",
                .host_root = top_.string(),
                .open_screen = open_screen};
    arguments.insert(arguments.begin(), {"--cgroup-root", cgroup_root().string()});
    const int code = kmemcgd::run(world, arguments);
    out = out_stream.str();
    err = err_stream.str();
    return code;
}

void DoctorHost::examine(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--json", "doctor"});
    ASSERT_EQ(run(std::move(arguments)), 0) << err;
    report = Json::parse(out);
}

std::set<std::string> DoctorHost::names() const {
    std::set<std::string> all;
    for (const auto& finding : report["findings"])
        all.insert(finding["name"]);
    return all;
}

Json DoctorHost::finding(const std::string& name) const {
    for (const auto& finding : report["findings"]) {
        if (finding["name"] == name)
            return finding;
    }
    ADD_FAILURE() << "no finding " << name << " in " << report.dump(2);
    return {};
}

std::string DoctorHost::not_seen(const std::string& what) const {
    for (const auto& gap : report["not_seen"]) {
        if (gap["what"] == what)
            return gap["why"];
    }
    return {};
}

} // namespace kmemcgd
