// SPDX-License-Identifier: GPL-2.0-only
// The rounds: which step is next, when the goal is met, and when to give up.
#include "frag/relief.hpp"

#include "frag/relief_step.hpp"
#include "frag/room.hpp"
#include "host/page_size.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Between two rounds: others may give large blocks back meanwhile.
constexpr std::chrono::nanoseconds first_backoff = 1s;
constexpr std::chrono::nanoseconds longest_backoff = 32s;
constexpr std::chrono::nanoseconds look_every = 500ms;
// How long the end of a compaction is waited for that was told to stop.
constexpr std::chrono::nanoseconds stop_wait = 2s;
constexpr std::chrono::nanoseconds stop_poll = 5ms;

constexpr auto run_directory = "run/kmemcgd";

Status check_size(const ReliefGoal& goal, const std::vector<BuddyZone>& zones,
                  const ZoneInfos& infos) {
    std::uint64_t managed = 0;
    for (const auto& zone : zones) {
        const auto info = infos.find({zone.node, zone.zone});
        if (info == infos.end() || info->second.managed == 0)
            return success(); // it is not told
        if (counts(zone, goal.node))
            managed += info->second.managed;
    }
    const auto most = managed >> goal.order;
    if (goal.blocks <= most)
        return success();
    return usage_error(fmt::format("{} blocks of {} are more than the memory that there is: "
                                   "{} at most, if all of it were free",
                                   goal.blocks, format_bytes(page_bytes() << goal.order), most));
}

// What is the same for a plan and a run. The size of a goal that is met is right.
Result<std::vector<BuddyZone>> look(const ReliefGoal& goal, const fs::path& root) {
    auto zones = read_buddyinfo(root);
    if (!zones)
        return zones;
    if (auto good = check_goal(goal, *zones); !good)
        return good.error();
    if (!is_met(goal, *zones)) {
        if (auto good = check_size(goal, *zones, read_zoneinfo(root)); !good)
            return good.error();
    }
    return zones;
}

Status check_permission(const ReliefScene& scene) {
    for (const auto& zone : scene.zones) {
        if (!counts(zone, scene.goal.node))
            continue;
        const auto can = scene.host.compactor->check(zone.node);
        if (!can && can.error().fault == Fault::permission)
            return can.error();
    }
    return success();
}

void add_unknown(const BusyGate& gate, ReliefReport& report) {
    if (auto unknown = gate.unknown(); !unknown.empty())
        report.notes.push_back(std::move(unknown));
}

std::array<std::unique_ptr<ReliefStep>, 4> make_steps(ReliefScene& scene) {
    return {make_zombies_step(scene), make_cache_step(scene), make_compaction_step(scene),
            make_proactiveness_step(scene)};
}

ReliefScene make_scene(const ReliefGoal& goal, const ReliefLimits& limits, ReliefHost host,
                       std::vector<BuddyZone> zones) {
    BusyGate gate(host.root, limits);
    return {.goal = goal,
            .host = std::move(host),
            .gate = std::move(gate),
            .page_bytes = page_bytes(),
            .zones = std::move(zones)};
}

class Engine final : public Relief {
public:
    Engine(ReliefScene scene, const ReliefLimits& limits, TimePoint now)
        : scene_(std::move(scene)), steps_(make_steps(scene_)), began_(now),
          deadline_(now + limits.timeout) {
        report_.goal = scene_.goal;
        report_.rounds = 1;
        report_.blocks_before = report_.blocks_after = blocks();
    }
    ~Engine() override { end_step(report_now_, {}); }

    // Takes the lock, and puts back what a run left that was killed.
    Status prepare();
    // Likewise, where there is nothing else to do.
    void clean_up() {
        if (auto prepared = prepare(); !prepared)
            report_.notes.push_back("what a run left that was killed was not put back: " +
                                    prepared.error().message);
    }
    void note_unknown() { add_unknown(scene_.gate, report_); }
    void finish(ReliefEnd end, TimePoint now);

    Result<std::optional<TimePoint>> step(TimePoint now) override;
    void stop(TimePoint now) override {
        if (report_.end == ReliefEnd::running)
            finish(ReliefEnd::stopped, now);
    }
    [[nodiscard]] ReliefReport report() const override { return report_; }

private:
    [[nodiscard]] std::uint64_t blocks() const {
        return free_blocks(scene_.zones, scene_.goal.order, scene_.goal.node);
    }
    void put_back(const Setting& setting);
    void begin_step(ReliefStep& step, TimePoint now);
    void end_step(TimePoint now, const std::string& note);
    TimePoint end_round(TimePoint now);
    std::optional<TimePoint> wait_for_compactor(TimePoint now);
    std::optional<TimePoint> advance(TimePoint now);

    ReliefScene scene_;
    std::optional<KeptValues> kept_; // before the steps: it outlives them
    std::array<std::unique_ptr<ReliefStep>, 4> steps_;
    ReliefReport report_;
    TimePoint began_;
    TimePoint deadline_;
    TimePoint report_now_{};
    std::size_t next_ = 0;          // the step whose turn it is
    ReliefStep* current_ = nullptr; // it has begun; the last one of the report
    TimePoint step_began_{};
    bool tried_ = false; // something was done in this round, or may be in the next
    std::optional<TimePoint> resume_;
    std::chrono::nanoseconds backoff_ = first_backoff;
    std::optional<TimePoint> stop_by_;
};

void Engine::put_back(const Setting& setting) {
    const auto kept = kept_->all().find(setting.name);
    if (kept == kept_->all().end())
        return;
    const auto raised = kept->second.raised;
    const auto back = kept_->put_back(setting);
    if (back && *back)
        report_.notes.push_back(fmt::format("{} was still {}, from a run that was killed: put back",
                                            setting.name, raised));
    if (back)
        return;
    // A module that is loaded again has none of it.
    if (back.error().fault == Fault::not_loaded)
        (void)kept_->forget(setting.name);
    else
        report_.notes.push_back(fmt::format("{} could not be put back after a run that was "
                                            "killed: {}",
                                            setting.name, back.error().message));
}

Status Engine::prepare() {
    auto kept = KeptValues::open(scene_.host.root / run_directory);
    if (!kept)
        return kept.error();
    kept_.emplace(std::move(*kept));
    scene_.kept = &*kept_;
    put_back(proactiveness_setting(scene_.host.root));
    put_back(node_free_setting(scene_));
    return success();
}

void Engine::begin_step(ReliefStep& step, TimePoint now) {
    const auto intent = step.intent(now);
    report_.steps.push_back({.action = step.action(),
                             .round = scene_.round,
                             .done = intent.wants,
                             .note = intent.text,
                             .blocks_before = blocks(),
                             .blocks_after = blocks()});
    if (!intent.wants) {
        tried_ = tried_ || !intent.lasting;
        return;
    }
    if (auto begun = step.begin(now); !begun) {
        report_.steps.back().done = false;
        report_.steps.back().note = begun.error().message;
        return;
    }
    tried_ = true;
    current_ = &step;
    step_began_ = now;
}

void Engine::end_step(TimePoint now, const std::string& note) {
    if (current_ == nullptr)
        return;
    auto& told = report_.steps.back();
    told.note = note.empty() ? current_->note() : note;
    told.blocks_after = blocks();
    told.freed_bytes = current_->freed_bytes();
    told.duration = now - step_began_;
    told.pauses = current_->pauses();
    if (auto back = current_->end(); !back)
        report_.notes.push_back(fmt::format("{}: could not be put back, the next run tries again: "
                                            "{}",
                                            action_name(current_->action()), back.error().message));
    current_ = nullptr;
}

void Engine::finish(ReliefEnd end, TimePoint now) {
    end_step(now, {});
    report_.end = end;
    report_.blocks_after = blocks();
    report_.duration = now - began_;
    stop_by_ = now + stop_wait;
}

TimePoint Engine::end_round(TimePoint now) {
    resume_ = now + backoff_;
    backoff_ = std::min(backoff_ * 2, longest_backoff);
    next_ = 1; // zombies that are left are held by something
    return std::min(*resume_, now + look_every);
}

std::optional<TimePoint> Engine::wait_for_compactor(TimePoint now) {
    if (scene_.host.compactor->poll() != Compactor::State::running)
        return std::nullopt;
    if (now < *stop_by_)
        return now + stop_poll;
    report_.notes.emplace_back("the compaction was told to stop, and has not yet");
    return std::nullopt;
}

std::optional<TimePoint> Engine::advance(TimePoint now) {
    if (resume_) {
        if (now < *resume_)
            return std::min(*resume_, now + look_every);
        resume_.reset();
        tried_ = false;
        report_.rounds = ++scene_.round;
    }
    for (;;) {
        if (current_ != nullptr) {
            const auto progress = current_->poll(now);
            if (progress.next)
                return *progress.next;
            end_step(now, progress.note);
            ++next_;
            return now; // whether it was enough
        }
        if (next_ == steps_.size()) {
            if (!tried_)
                return std::nullopt;
            return end_round(now);
        }
        begin_step(*steps_[next_], now);
        if (current_ == nullptr)
            ++next_;
    }
}

Result<std::optional<TimePoint>> Engine::step(TimePoint now) {
    report_now_ = now;
    if (report_.end != ReliefEnd::running)
        return wait_for_compactor(now);
    auto zones = read_buddyinfo(scene_.host.root);
    if (!zones) {
        stop(now);
        return zones.error();
    }
    scene_.zones = std::move(*zones);
    if (is_met(scene_.goal, scene_.zones)) {
        finish(ReliefEnd::met, now);
        return wait_for_compactor(now);
    }
    if (now >= deadline_) {
        finish(ReliefEnd::timed_out, now);
        return wait_for_compactor(now);
    }
    const auto next = advance(now);
    if (next)
        return std::optional(std::min(*next, deadline_));
    finish(ReliefEnd::nothing_left, now);
    return wait_for_compactor(now);
}

} // namespace

std::string_view action_name(ReliefAction action) {
    switch (action) {
    case ReliefAction::zombies:
        return "zombies";
    case ReliefAction::cache:
        return "cache";
    case ReliefAction::compaction:
        return "compaction";
    case ReliefAction::proactiveness:
        return "proactiveness";
    }
    return "unknown";
}

std::string_view end_name(ReliefEnd end) {
    switch (end) {
    case ReliefEnd::running:
        return "running";
    case ReliefEnd::met:
        return "met";
    case ReliefEnd::timed_out:
        return "timed-out";
    case ReliefEnd::nothing_left:
        return "nothing-left";
    case ReliefEnd::stopped:
        return "stopped";
    case ReliefEnd::planned:
        return "planned";
    }
    return "unknown";
}

Result<Client*> ReliefScene::module() {
    if (!client) {
        auto connected = host.connect();
        if (!connected)
            return connected.error();
        client.emplace(std::move(*connected));
    }
    return &*client;
}

Result<Config> ReliefScene::working_module() {
    auto connected = module();
    if (!connected)
        return connected.error();
    auto config = (*connected)->config();
    if (!config)
        lose_module();
    else if (config->at(KMEMCGD_A_CONFIG_ENABLED) == 0)
        return Error{.message = "the module is switched off (enabled=off)"};
    return config;
}

bool Relief::left_behind(const fs::path& root) {
    return KeptValues::left(root / run_directory);
}

Result<std::unique_ptr<Relief>> Relief::open(const ReliefGoal& goal, const ReliefLimits& limits,
                                             ReliefHost host, TimePoint now) {
    auto zones = look(goal, host.root);
    if (!zones)
        return zones.error();
    const bool left = left_behind(host.root);
    const bool met = is_met(goal, *zones);
    auto scene = make_scene(goal, limits, std::move(host), std::move(*zones));
    if (!met) {
        if (auto may = check_permission(scene); !may)
            return may.error();
    }
    auto engine = std::make_unique<Engine>(std::move(scene), limits, now);
    if (!met) {
        if (auto prepared = engine->prepare(); !prepared)
            return prepared.error();
        engine->note_unknown();
        return std::unique_ptr<Relief>(std::move(engine));
    }
    if (left)
        engine->clean_up();
    engine->finish(ReliefEnd::met, now);
    return std::unique_ptr<Relief>(std::move(engine));
}

Result<ReliefReport> Relief::plan(const ReliefGoal& goal, const ReliefLimits& limits,
                                  ReliefHost host, TimePoint now) {
    auto zones = look(goal, host.root);
    if (!zones)
        return zones.error();
    auto scene = make_scene(goal, limits, std::move(host), std::move(*zones));
    ReliefReport report;
    report.goal = goal;
    report.rounds = 1;
    report.blocks_before = report.blocks_after = free_blocks(scene.zones, goal.order, goal.node);
    report.end = ReliefEnd::met;
    if (is_met(goal, scene.zones))
        return report;
    report.end = ReliefEnd::planned;
    for (const auto& step : make_steps(scene)) {
        auto intent = step->intent(now);
        report.steps.push_back({.action = step->action(),
                                .done = intent.wants,
                                .note = std::move(intent.text),
                                .blocks_before = report.blocks_before,
                                .blocks_after = report.blocks_before});
    }
    add_unknown(scene.gate, report);
    return report;
}

} // namespace kmemcgd
