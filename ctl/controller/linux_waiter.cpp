// SPDX-License-Identifier: GPL-2.0-only
#include "controller/linux_waiter.hpp"

#include "client/descriptor.hpp"
#include "client/system.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <set>

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t file_events =
    IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;

class LinuxWaiter final : public Waiter {
public:
    LinuxWaiter(Descriptor notify, Descriptor signals, const sigset_t& outer_mask,
                std::string file_name, int file_watch)
        : notify_(std::move(notify)), signals_(std::move(signals)), outer_mask_(outer_mask),
          file_name_(std::move(file_name)), file_watch_(file_watch) {}
    ~LinuxWaiter() override { ::sigprocmask(SIG_SETMASK, &outer_mask_, nullptr); }

    std::size_t watch(const std::vector<fs::path>& cgroups) override {
        std::size_t failed = 0;
        for (const auto& path : cgroups) {
            if (watched_.count(path.string()) != 0)
                continue;
            const int watch = ::inotify_add_watch(notify_.number(), path.c_str(),
                                                  IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
            if (watch >= 0) {
                watched_.insert(path.string());
                paths_[watch] = path.string();
            } else if (errno != ENOENT) { // it may just have gone
                ++failed;
            }
        }
        return failed;
    }

    Result<Woken> wait(TimePoint deadline) override {
        std::array<pollfd, 2> entries{{{.fd = notify_.number(), .events = POLLIN, .revents = 0},
                                       {.fd = signals_.number(), .events = POLLIN, .revents = 0}}};
        const auto left = time_left(deadline);
        const int ready = ::ppoll(entries.data(), entries.size(), &left, nullptr);
        if (ready < 0 && errno != EINTR)
            return system_error("cannot wait", errno);
        Woken woken;
        if (ready > 0 && entries[0].revents != 0)
            read_changes(woken);
        if (ready > 0 && entries[1].revents != 0)
            read_signals(woken);
        return woken;
    }

private:
    void read_changes(Woken& woken) {
        alignas(inotify_event) std::array<char, 16384> buffer{};
        const auto size = ::read(notify_.number(), buffer.data(), buffer.size());
        for (ssize_t at = 0; at < size;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof(event));
            const char* name = buffer.data() + at + sizeof(event);
            take(event, event.len > 0 ? name : "", woken);
            at += static_cast<ssize_t>(sizeof(event) + event.len);
        }
    }

    void take(const inotify_event& event, std::string_view name, Woken& woken) {
        if ((event.mask & IN_Q_OVERFLOW) != 0) {
            woken.policy_file = woken.cgroups = true;
        } else if ((event.mask & IN_IGNORED) != 0) { // the directory is gone
            if (const auto path = paths_.find(event.wd); path != paths_.end()) {
                watched_.erase(path->second);
                paths_.erase(path);
            }
        } else if (event.wd == file_watch_) {
            // Mounted configuration is replaced by way of a link of that name.
            woken.policy_file |= name == file_name_ || name == "..data";
        } else {
            woken.cgroups |= (event.mask & IN_ISDIR) != 0;
        }
    }

    void read_signals(Woken& woken) const {
        signalfd_siginfo info{};
        while (::read(signals_.number(), &info, sizeof(info)) == sizeof(info)) {
            if (info.ssi_signo == SIGHUP)
                woken.reload = true;
            else
                woken.stop = true;
        }
    }

    Descriptor notify_;
    Descriptor signals_;
    sigset_t outer_mask_;
    std::string file_name_;
    int file_watch_;
    std::set<std::string> watched_;
    std::map<int, std::string> paths_;
};

} // namespace

Result<std::unique_ptr<Waiter>> open_linux_waiter(const fs::path& policy_file) {
    Descriptor notify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (notify.number() < 0)
        return system_error("cannot watch files", errno);
    const auto file = fs::absolute(policy_file);
    const int watch =
        ::inotify_add_watch(notify.number(), file.parent_path().c_str(), file_events | IN_ONLYDIR);
    if (watch < 0)
        return system_error(fmt::format("cannot watch {}", file.parent_path().string()), errno);
    sigset_t handled;
    sigset_t outer_mask;
    sigemptyset(&handled);
    for (const int signal : {SIGHUP, SIGINT, SIGTERM})
        sigaddset(&handled, signal);
    Descriptor signals(::signalfd(-1, &handled, SFD_NONBLOCK | SFD_CLOEXEC));
    if (signals.number() < 0)
        return system_error("cannot wait for signals", errno);
    ::sigprocmask(SIG_BLOCK, &handled, &outer_mask);
    return std::unique_ptr<Waiter>(std::make_unique<LinuxWaiter>(
        std::move(notify), std::move(signals), outer_mask, file.filename().string(), watch));
}

} // namespace kmemcgd
