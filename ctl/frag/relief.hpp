// SPDX-License-Identifier: GPL-2.0-only
// Getting large blocks back without stalling the host: zombies, cache that nobody uses,
// compaction, kcompactd; in rounds, no more than the goal needs. A state machine that
// never waits: call step() when it says so.
//
//     auto relief = Relief::open(goal, limits, host, now()); // unless it is an error
//     auto next = relief->step(now());
//     for (; next && *next; next = relief->step(now()))
//         wait until **next, or relief->stop(now()) on ^C
//     relief->report()
#pragma once

#include "client/client.hpp"
#include "frag/compactor.hpp"
#include "frag/goal.hpp"

#include <chrono>
#include <filesystem>
#include <memory>

namespace kmemcgd {

struct ReliefLimits {
    std::chrono::nanoseconds timeout = std::chrono::seconds(60);
    // Nothing is moved while tasks wait for memory more than that: "some avg10" of
    // /proc/pressure/memory.
    double psi_percent = 10;
    // Nor while all CPUs are busy: the 1 minute load of others than us, for each CPU.
    double load_per_cpu = 1;
};

// What it touches. The compactor must outlive it.
struct ReliefHost {
    std::filesystem::path root = "/"; // what stands for "/": proc, sys, run
    std::function<Result<Client>()> connect;
    Compactor* compactor = nullptr;
};

enum class ReliefAction { zombies, cache, compaction, proactiveness };
std::string_view action_name(ReliefAction action);

struct ReliefStepReport {
    ReliefAction action = ReliefAction::zombies;
    unsigned round = 1;
    bool done = false;               // false: skipped
    std::string note;                // why it was skipped; or how it ended
    std::uint64_t blocks_before = 0; // of the goal's order
    std::uint64_t blocks_after = 0;
    std::optional<std::uint64_t> freed_bytes = {}; // nothing: it frees none
    std::chrono::nanoseconds duration{};
    unsigned pauses = 0; // the host had other things to do
};

enum class ReliefEnd { running, met, timed_out, nothing_left, stopped, planned };
std::string_view end_name(ReliefEnd end);

struct ReliefReport {
    ReliefGoal goal;
    ReliefEnd end = ReliefEnd::running;
    std::uint64_t blocks_before = 0;
    std::uint64_t blocks_after = 0;
    std::chrono::nanoseconds duration{};
    unsigned rounds = 0;
    std::vector<ReliefStepReport> steps;
    std::vector<std::string> notes; // what could not be looked at, what was put back
};

class Relief {
public:
    // Errors: bad values (usage), no permission, another one is at it (failed). A goal that
    // is met is done without a look at anything else.
    static Result<std::unique_ptr<Relief>> open(const ReliefGoal& goal, const ReliefLimits& limits,
                                                ReliefHost host, TimePoint now);
    // What each step would do now, or why not; changes nothing, needs no privileges.
    static Result<ReliefReport> plan(const ReliefGoal& goal, const ReliefLimits& limits,
                                     ReliefHost host, TimePoint now);
    // Whether something is raised still, by a run that goes on or was killed. open() puts the
    // latter's back, also where the goal is met.
    static bool left_behind(const std::filesystem::path& root);

    virtual ~Relief() = default; // puts everything back
    Relief(const Relief&) = delete;
    Relief& operator=(const Relief&) = delete;

    // When it wants to be called again; nothing: it is done. Never waits. After an error
    // everything has been put back.
    virtual Result<std::optional<TimePoint>> step(TimePoint now) = 0;
    // Puts everything back. What was begun ends: step() until it says that it is done.
    virtual void stop(TimePoint now) = 0;
    [[nodiscard]] virtual ReliefReport report() const = 0;

protected:
    Relief() = default;
};

} // namespace kmemcgd
