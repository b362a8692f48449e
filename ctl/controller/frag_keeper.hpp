// SPDX-License-Identifier: GPL-2.0-only
// What the daemon does about fragmentation: it watches, warns before there are too few large
// blocks, and where the rule allows it relieves, a step at a time. Nothing here waits.
#pragma once

#include "commands/command.hpp"
#include "controller/log.hpp"
#include "frag/relief.hpp"
#include "metrics/frag_totals.hpp"
#include "policy/frag_rule.hpp"

namespace kmemcgd {

class FragKeeper {
public:
    FragKeeper(const Context& context, Log log);
    FragKeeper(const FragKeeper&) = delete;
    FragKeeper& operator=(const FragKeeper&) = delete;
    ~FragKeeper() = default; // puts back what a relief changed

    // What counts from now on; nothing: no watch. A relief for another rule is stopped, and
    // puts everything back.
    void use(const std::optional<FragRule>& rule);
    // When there is something to do; far away where there is nothing.
    [[nodiscard]] TimePoint next() const;
    void run_when_due();
    // On the way out: puts everything back at once.
    void stop();

    // Whether there may be a relief from now on: that is work for the background.
    [[nodiscard]] bool may_relieve() const;

    // A relief may have changed a tunable that the policy sets: leave it alone as long, and
    // look at it once more when a relief is over.
    [[nodiscard]] bool relieving() const { return relief_ != nullptr; }
    [[nodiscard]] bool relief_is_over() { return std::exchange(over_, false); }

    // For the service manager; empty: there is no rule.
    [[nodiscard]] std::string status() const;
    [[nodiscard]] std::optional<FragTotals> totals() const;

private:
    void look(TimePoint now);
    void say_state(const FragReading& reading);
    [[nodiscard]] bool is_relief_needed() const;
    void relieve_if_needed(TimePoint now);
    void step(TimePoint now);
    void end(const ReliefReport& report, TimePoint now);
    void say_steps(const ReliefReport& report, bool all);
    void say_notes(const ReliefReport& report);
    void wait_longer(TimePoint now);
    void complain(const Error& error);
    [[nodiscard]] std::string subject() const;

    const Context* context_;
    Log log_;
    OpenRelief open_;
    std::optional<FragRule> rule_;
    std::optional<FragWatch> watch_;
    std::optional<FragReading> reading_;
    TimePoint next_look_;
    std::unique_ptr<Relief> relief_;
    bool left_behind_ = false; // something was raised when there was no relief of ours
    TimePoint next_step_;
    std::size_t steps_said_ = 0;
    bool over_ = false;
    std::chrono::nanoseconds backoff_{0};
    TimePoint not_before_; // the next relief
    std::string complaint_;
    FragTotals totals_;
};

} // namespace kmemcgd
