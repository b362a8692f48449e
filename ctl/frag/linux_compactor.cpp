// SPDX-License-Identifier: GPL-2.0-only
#include "frag/linux_compactor.hpp"

#include "client/system.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// How long the end of a child is waited for when it has to be over: it may be in the middle
// of a page that is being written.
constexpr auto last_wait = 2s;

Error cannot_compact(const fs::path& file, int number) {
    auto error = file_error("write to", file, number);
    if (error.fault == Fault::permission)
        error.hint = "only root may compact memory";
    return error;
}

// Locks and sockets of the parent's would live as long as the child, which may have to wait
// for a disk before it can be killed. A kernel that has no such call (before 5.9) keeps them.
void close_all_but(unsigned file) {
    constexpr unsigned first = STDERR_FILENO + 1;
    if (file > first)
        ::syscall(SYS_close_range, first, file - 1, 0);
    ::syscall(SYS_close_range, std::max(file + 1, first), ~0U, 0);
}

// Of the child: nothing here may take a lock, another thread of the parent may have held
// it. Returns only by _exit().
[[noreturn]] void write_in_child(int file, pid_t parent) {
    close_all_but(static_cast<unsigned>(file));
    take_lowest_priority();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) // it went before that
        ::_exit(ECHILD);
    ::_exit(::write(file, "1", 1) < 0 ? errno : 0);
}

} // namespace

void LinuxCompactor::end() {
    stop();
    const auto end = std::chrono::steady_clock::now() + last_wait;
    while (poll() == State::running && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(1ms);
}

LinuxCompactor::~LinuxCompactor() {
    end();
}

fs::path LinuxCompactor::file_of(std::uint32_t node) const {
    return root_ / fmt::format("sys/devices/system/node/node{}/compact", node);
}

Result<Descriptor> LinuxCompactor::open(std::uint32_t node) const {
    const auto file = file_of(node);
    Descriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (opened.number() < 0)
        return cannot_compact(file, errno);
    return opened;
}

Status LinuxCompactor::check(std::uint32_t node) {
    const auto file = open(node);
    if (!file)
        return file.error();
    return success();
}

Status LinuxCompactor::start(std::uint32_t node) {
    const auto file = open(node);
    if (!file)
        return file.error();
    end(); // the one before was only told to
    if (child_ != 0)
        return system_error("the process that compacted before this does not end", EBUSY);
    const auto parent = ::getpid();
    const auto child = ::fork();
    if (child == 0)
        write_in_child(file->number(), parent);
    if (child < 0)
        return system_error("cannot start a process that compacts", errno);
    child_ = child;
    short_slices_.of(child);
    stopped_ = false;
    node_ = node;
    state_ = State::running;
    return success();
}

Compactor::State LinuxCompactor::poll() {
    if (child_ == 0)
        return state_;
    int status = 0;
    const auto ended = ::waitpid(child_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return State::running;
    child_ = 0;
    short_slices_.of(0);
    if (stopped_) {
        state_ = State::idle;
    } else if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        state_ = State::finished;
    } else {
        state_ = State::failed;
        error_ = cannot_compact(file_of(node_),
                                ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EINTR);
    }
    return state_;
}

std::unique_ptr<Compactor> open_linux_compactor(const fs::path& root) {
    return std::make_unique<LinuxCompactor>(root);
}

void LinuxCompactor::stop() {
    if (child_ == 0)
        return;
    stopped_ = true;
    ::kill(child_, SIGKILL);
}

} // namespace kmemcgd
