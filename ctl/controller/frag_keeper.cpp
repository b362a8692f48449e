// SPDX-License-Identifier: GPL-2.0-only
#include "controller/frag_keeper.hpp"

#include "controller/host_relief.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds first_backoff = 1min;
constexpr std::chrono::nanoseconds longest_backoff = 1h;
constexpr std::chrono::nanoseconds look_again = 1min; // when it could not look
constexpr std::string_view failed = "failed";         // it could not be begun, or broke off

std::uint64_t ns_of(double seconds) {
    return static_cast<std::uint64_t>(std::llround(seconds)) * ns_per_s;
}

std::uint64_t ns_of(std::chrono::nanoseconds duration) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
}

std::string step_text(const ReliefStepReport& step) {
    auto text = fmt::format("round {}, {}: ", step.round, action_name(step.action));
    if (!step.done)
        return text + "skipped: " + step.note;
    text += fmt::format("{} -> {} blocks", step.blocks_before, step.blocks_after);
    if (step.freed_bytes)
        text += fmt::format(", {} freed", format_bytes(*step.freed_bytes));
    text += fmt::format(", {}", format_duration_ns(ns_of(step.duration)));
    if (step.pauses > 0)
        text += fmt::format(", {} pauses", step.pauses);
    return step.note.empty() ? text : fmt::format("{}; {}", text, step.note);
}

} // namespace

FragKeeper::FragKeeper(const Context& context, Log log)
    : context_(&context), log_(std::move(log)), open_(context.world->open_relief) {
    for (const auto end :
         {ReliefEnd::met, ReliefEnd::timed_out, ReliefEnd::nothing_left, ReliefEnd::stopped})
        totals_.reliefs[end_name(end)] = 0;
    totals_.reliefs[failed] = 0;
    for (const auto action : {ReliefAction::zombies, ReliefAction::cache, ReliefAction::compaction,
                              ReliefAction::proactiveness})
        totals_.gained[action_name(action)] = 0;
}

std::string FragKeeper::subject() const {
    return fmt::format("blocks of order {}{}", rule_->goal.order,
                       rule_->goal.node ? fmt::format(" on node {}", *rule_->goal.node) : "");
}

void FragKeeper::use(const std::optional<FragRule>& rule) {
    if (rule == rule_)
        return;
    const auto now = context_->now();
    if (relief_) {
        relief_->stop(now);
        next_step_ = now;
    }
    rule_ = rule;
    watch_.reset();
    reading_.reset();
    complaint_.clear();
    backoff_ = 0ns;
    not_before_ = next_look_ = now;
    if (rule_)
        watch_.emplace(rule_->goal.blocks);
    if (!may_relieve())
        return;
    if (!open_)
        open_ = host_relief(*context_);
    if (!relief_)
        left_behind_ = Relief::left_behind(context_->world->host_root);
}

bool FragKeeper::may_relieve() const {
    return rule_ && rule_->relieve;
}

TimePoint FragKeeper::next() const {
    auto next = TimePoint::max();
    if (rule_)
        next = next_look_;
    if (relief_)
        next = std::min(next, next_step_);
    return next;
}

void FragKeeper::run_when_due() {
    const auto now = context_->now();
    if (relief_ && now >= next_step_)
        step(now);
    if (!rule_ || now < next_look_)
        return;
    look(now);
    relieve_if_needed(now);
}

void FragKeeper::stop() {
    if (!relief_)
        return;
    relief_->stop(context_->now());
    end(relief_->report(), context_->now());
}

void FragKeeper::complain(const Error& error) {
    const auto text =
        error.hint.empty() ? error.message : fmt::format("{} ({})", error.message, error.hint);
    if (text == complaint_)
        return;
    complaint_ = text;
    log_(LogLevel::error, fmt::format("fragmentation: {}", text));
}

void FragKeeper::look(TimePoint now) {
    const auto zones = read_buddyinfo(context_->world->host_root);
    const auto good = zones ? check_goal(rule_->goal, *zones) : Status(zones.error());
    if (!good) {
        complain(good.error());
        reading_.reset();
        next_look_ = now + look_again;
        return;
    }
    reading_ = watch_->update(now, free_blocks(*zones, rule_->goal.order, rule_->goal.node));
    next_look_ = now + reading_->next;
    if (reading_->changed())
        say_state(*reading_);
}

void FragKeeper::say_state(const FragReading& reading) {
    auto text = fmt::format("{}: {}: {} are free, {} are wanted", subject(),
                            state_name(reading.state), reading.blocks, rule_->goal.blocks);
    if (reading.until_min_s && *reading.until_min_s > 0)
        text += fmt::format(", fewer in {}", format_duration_ns(ns_of(*reading.until_min_s)));
    if (reading.until_none_s && *reading.until_none_s > 0)
        text += fmt::format(", none in {}", format_duration_ns(ns_of(*reading.until_none_s)));
    log_(reading.state == FragState::calm ? LogLevel::info : LogLevel::warning, text);
}

bool FragKeeper::is_relief_needed() const {
    // Between `min_blocks` and the state's end nothing is missing.
    return reading_ &&
           (reading_->state == FragState::low || reading_->state == FragState::exhausted) &&
           reading_->blocks < rule_->goal.blocks;
}

void FragKeeper::relieve_if_needed(TimePoint now) {
    if (!may_relieve() || relief_ || now < not_before_)
        return;
    // With what a killed daemon left raised there may be enough for good: nobody but this one
    // would put it back.
    left_behind_ = left_behind_ && Relief::left_behind(context_->world->host_root);
    const bool needed = is_relief_needed();
    if (!needed && !left_behind_)
        return;
    if (now - not_before_ > longest_backoff)
        backoff_ = 0ns; // that was another time
    ReliefLimits limits;
    limits.psi_percent = rule_->psi_percent.value_or(limits.psi_percent);
    limits.load_per_cpu = rule_->load_per_cpu.value_or(limits.load_per_cpu);
    auto relief = open_(rule_->goal, limits, now);
    if (!relief) {
        ++totals_.reliefs[failed];
        auto error = relief.error();
        if (error.fault == Fault::permission)
            error.hint = "the service needs more rights to relieve: docs/policy.md";
        complain(error);
        wait_longer(now);
        return;
    }
    complaint_.clear();
    left_behind_ = false;
    log_(LogLevel::info, needed ? fmt::format("{}: relieving", subject())
                                : "relief: putting back what a run left that was killed");
    relief_ = std::move(*relief);
    steps_said_ = 0;
    next_step_ = now;
    step(now);
}

void FragKeeper::step(TimePoint now) {
    const auto next = relief_->step(now);
    if (!next) {
        ++totals_.reliefs[failed];
        complain(next.error());
        say_notes(relief_->report());
        relief_.reset();
        over_ = true;
        wait_longer(now);
        return;
    }
    if (*next) {
        next_step_ = **next;
        say_steps(relief_->report(), false);
        return;
    }
    end(relief_->report(), now);
}

// The last one may not be over yet. What is skipped is so in the next round as well: said once.
void FragKeeper::say_steps(const ReliefReport& report, bool all) {
    const auto over = report.steps.size() - (all || report.steps.empty() ? 0 : 1);
    for (; steps_said_ < over; ++steps_said_) {
        const auto& step = report.steps[steps_said_];
        if (step.done && step.blocks_after > step.blocks_before)
            totals_.gained[action_name(step.action)] += step.blocks_after - step.blocks_before;
        if (step.done || step.round == 1)
            log_(LogLevel::info, "relief: " + step_text(step));
    }
}

void FragKeeper::say_notes(const ReliefReport& report) {
    for (const auto& note : report.notes)
        log_(LogLevel::warning, "relief: " + note);
}

void FragKeeper::end(const ReliefReport& report, TimePoint now) {
    say_steps(report, true);
    say_notes(report);
    relief_.reset();
    over_ = true;
    next_look_ = now; // what is known is from before
    ++totals_.reliefs[end_name(report.end)];
    const bool met = report.end == ReliefEnd::met;
    auto text = fmt::format("relief: {}: {} -> {} blocks of order {}, {} wanted, in {}",
                            end_name(report.end), report.blocks_before, report.blocks_after,
                            report.goal.order, report.goal.blocks,
                            format_duration_ns(ns_of(report.duration)));
    if (report.end == ReliefEnd::stopped) { // by another rule, or by the end
        log_(LogLevel::info, text);
        return;
    }
    if (met)
        backoff_ = 0ns;
    else
        wait_longer(now);
    if (met)
        not_before_ = now + first_backoff;
    else
        text += fmt::format("; again after {}", format_duration_ns(ns_of(backoff_)));
    log_(met ? LogLevel::info : LogLevel::warning, text);
}

void FragKeeper::wait_longer(TimePoint now) {
    backoff_ = std::clamp(backoff_ * 2, first_backoff, longest_backoff);
    not_before_ = now + backoff_;
}

std::string FragKeeper::status() const {
    if (!rule_)
        return {};
    if (!reading_)
        return complaint_.empty() ? std::string() : "fragmentation is not watched";
    return fmt::format("{}: {}, {} of {}{}", subject(), state_name(reading_->state),
                       reading_->blocks, rule_->goal.blocks, relief_ ? ", relieving" : "");
}

std::optional<FragTotals> FragKeeper::totals() const {
    if (!rule_)
        return std::nullopt;
    auto totals = totals_;
    totals.order = rule_->goal.order;
    totals.min_blocks = rule_->goal.blocks;
    totals.reading = reading_;
    return totals;
}

} // namespace kmemcgd
