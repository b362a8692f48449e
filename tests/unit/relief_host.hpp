// SPDX-License-Identifier: GPL-2.0-only
// A host with fragmented memory, as files, with the module and a compactor of its own.
#pragma once

#include "fake_kernel.hpp"
#include "frag/relief.hpp"
#include "temporary_directory.hpp"

namespace kmemcgd {

class FakeCompactor final : public Compactor {
public:
    Status check(std::uint32_t /*node*/) override { return refusal ? Status(*refusal) : success(); }
    Status start(std::uint32_t node) override {
        started.push_back(node);
        if (on_start)
            on_start(node);
        state_ = State::running;
        polls_left_ = polls;
        return success();
    }
    State poll() override {
        if (state_ != State::running)
            return state_;
        if (on_poll)
            on_poll();
        if (stopping_ && !ignores_stop) {
            stopping_ = false;
            state_ = State::idle;
        } else if (--polls_left_ <= 0) {
            state_ = fails ? State::failed : State::finished;
        }
        return state_;
    }
    void stop() override {
        stops += state_ == State::running ? 1 : 0;
        stopping_ = state_ == State::running;
    }
    [[nodiscard]] Error error() const override { return {.message = "out of luck"}; }
    [[nodiscard]] bool is_running() const { return state_ == State::running; }

    std::optional<Error> refusal;
    std::function<void()> on_poll;
    std::function<void(std::uint32_t node)> on_start;
    int polls = 3; // a node takes as many
    bool fails = false;
    bool ignores_stop = false;
    std::vector<std::uint32_t> started;
    int stops = 0;

private:
    State state_ = State::idle;
    int polls_left_ = 0;
    bool stopping_ = false;
};

// Node 0 with 64 MiB in single pages and none in blocks of order 2, on a calm host.
class ReliefHostFiles {
public:
    ReliefHostFiles() {
        buddies("16384 0 0 0");
        zones(1000, 100000);
        pressure("0.00");
        write("proc/loadavg", "0.10 0.10 0.10 1/100 1234\n");
        write("proc/vmstat", "allocstall_normal 0\n");
        write("sys/devices/system/cpu/online", "0-1\n");
        write("sys/devices/system/node/node0/compact", "");
        write("proc/sys/vm/compaction_proactiveness", "20\n");
    }
    void write(const std::string& name, std::string_view text) const {
        directory.write(name, text);
    }
    [[nodiscard]] std::string read(const std::string& name) const { return directory.read(name); }
    [[nodiscard]] bool has(const std::string& name) const {
        return std::filesystem::exists(directory.path() + "/" + name);
    }
    void remove(const std::string& name) const {
        std::filesystem::remove(directory.path() + "/" + name);
    }
    void buddies(const std::string& normal) const {
        write("proc/buddyinfo",
              "Node 0, zone      DMA 0 0 0 99\nNode 0, zone   Normal " + normal + "\n");
    }
    void zones(int low, int managed) const {
        write("proc/zoneinfo", "Node 0, zone DMA\n        min 1\n        low 2\n        managed 9\n"
                               "Node 0, zone Normal\n        min 1\n        low " +
                                   std::to_string(low) + "\n        managed " +
                                   std::to_string(managed) + "\n");
    }
    void pressure(const std::string& percent) const {
        write("proc/pressure/memory",
              "some avg10=" + percent + " avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00\n");
    }
    [[nodiscard]] std::string proactiveness() const {
        return read("proc/sys/vm/compaction_proactiveness");
    }
    [[nodiscard]] const std::string& root() const { return directory.path(); }

    TemporaryDirectory directory;
};

} // namespace kmemcgd
