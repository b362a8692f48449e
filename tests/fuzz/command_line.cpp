// SPDX-License-Identifier: GPL-2.0-only
// Every command line. The first byte of an input says what the module is like, the
// rest are the arguments, each with a NUL behind it as in /proc/PID/cmdline.
#include "command_lines.hpp"
#include "fuzz.hpp"
#include "host.hpp"

#include <cerrno>

namespace kmemcgd {
namespace {

// "zombies watch" would go on for ever, and time costs nothing here.
constexpr int most_datagrams = 200;
constexpr std::size_t most_arguments = 64;

enum : std::uint8_t {
    on_a_terminal = 0x01,
    not_loaded = 0x02,
    of_an_older_module = 0x04, // without watermarks and classes
    busy = 0x08,               // dumps are interrupted, again and again
    unprivileged = 0x10,
    events_lost = 0x20,
    unloaded = 0x40, // while somebody listens
    slow_events = 0x80,
};

class LimitedTransport final : public Transport {
public:
    LimitedTransport(FakeKernel& kernel, int& left) : inner_(kernel), left_(&left) {}

    Status send(Bytes datagram) override { return inner_.send(datagram); }
    Status join(std::uint32_t group) override { return inner_.join(group); }
    Result<Received> receive(std::optional<TimePoint> deadline) override {
        if (--*left_ < 0)
            return Error{.message = "the target ends here"};
        return inner_.receive(deadline);
    }

private:
    FakeTransport inner_;
    int* left_;
};

void set_up(Host& host, std::uint8_t how) {
    auto& kernel = host.kernel;
    host.terminal = (how & on_a_terminal) != 0;
    kernel.loaded = (how & not_loaded) == 0;
    kernel.has_watermarks = kernel.has_classes = (how & of_an_older_module) == 0;
    kernel.interrupted_dumps = (how & busy) != 0 ? most_datagrams : 0;
    if ((how & unprivileged) != 0) {
        for (const int command : {KMEMCGD_CMD_SET_CONFIG, KMEMCGD_CMD_GET_MEMCG, KMEMCGD_CMD_REAP,
                                  KMEMCGD_CMD_SET_WATERMARK, KMEMCGD_CMD_GET_WATCH,
                                  KMEMCGD_CMD_SET_QOS, KMEMCGD_CMD_GET_QOS})
            kernel.refusals[command] = {EPERM, ""};
        kernel.join_refusals[FakeKernel::watermarks_group] = EPERM;
    }
    if ((how & events_lost) != 0)
        kernel.events.emplace_front(Arrival::lost, Datagram{});
    if ((how & unloaded) != 0)
        kernel.unload_event();
    if ((how & slow_events) != 0)
        kernel.event_gap = std::chrono::milliseconds(700);
}

// There is one root only: no input looks at this machine's files, however it spells
// the option, since each spelling has its name in it.
std::string keep_inside(std::string argument) {
    if (argument.find("cgroup-root") == std::string::npos)
        return argument;
    return "--cgroup-root=" + Host::cgroup_root();
}

std::vector<std::string> arguments_of(Bytes bytes) {
    auto arguments = split_words(bytes);
    arguments.resize(std::min(arguments.size(), most_arguments));
    std::transform(arguments.begin(), arguments.end(), arguments.begin(), keep_inside);
    return arguments;
}

} // namespace

void fuzz(Input input) {
    Host host;
    set_up(host, input.byte());
    int left = most_datagrams;
    host.run(arguments_of(input.rest()), [&]() -> Result<std::unique_ptr<Transport>> {
        return std::unique_ptr<Transport>(std::make_unique<LimitedTransport>(host.kernel, left));
    });
}

} // namespace kmemcgd
