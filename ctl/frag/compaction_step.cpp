// SPDX-License-Identifier: GPL-2.0-only
// Compaction, one node after the other, and no longer than it takes.
#include "frag/relief_step.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

// What is moved within it is what may be moved in vain.
constexpr auto poll_every = 15ms;
// A pause is as long at first, then twice as long; pressure is an average of 10 s.
constexpr auto first_pause = 500ms;
constexpr auto longest_pause = 4s;
// So long a host may be too busy before the next step gets its turn.
constexpr auto longest_wait = 15s;

// Those that have most scattered memory, and so most to gain, first.
std::vector<std::uint32_t> nodes_to_compact(const ReliefScene& scene) {
    std::set<std::uint32_t> nodes;
    for (const auto& zone : scene.zones) {
        if (counts(zone, scene.goal.node))
            nodes.insert(zone.node);
    }
    std::vector<std::pair<std::uint64_t, std::uint32_t>> gains;
    for (const auto node : nodes) {
        const auto blocks =
            scattered_pages(scene.zones, scene.goal.order, node) >> scene.goal.order;
        if (blocks > 0)
            gains.emplace_back(blocks, node);
    }
    std::stable_sort(gains.begin(), gains.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::uint32_t> order;
    order.reserve(gains.size());
    for (const auto& [blocks, node] : gains)
        order.push_back(node);
    return order;
}

class CompactionStep final : public ReliefStep {
public:
    using ReliefStep::ReliefStep;
    ~CompactionStep() override { scene().host.compactor->stop(); }

    [[nodiscard]] ReliefAction action() const override { return ReliefAction::compaction; }

    Intent intent(TimePoint now) override {
        auto nodes = nodes_to_compact(scene());
        if (nodes.empty())
            return not_now("less is free in smaller blocks than one block needs");
        for (const auto node : nodes) {
            const auto can = scene().host.compactor->check(node);
            if (!can && can.error().error_number == ENOENT)
                return never("this kernel can't compact a node by itself (CONFIG_COMPACTION, "
                             "CONFIG_NUMA)");
        }
        auto text = fmt::format("compact {} {}, until the goal is met",
                                nodes.size() == 1 ? "node" : "nodes", fmt::join(nodes, ", "));
        if (const auto busy = scene().gate.busy(now, false))
            text += "; not yet: " + *busy;
        return would(std::move(text));
    }

    Status begin(TimePoint now) override {
        const auto nodes = nodes_to_compact(scene());
        left_.assign(nodes.rbegin(), nodes.rend());
        compacted_.clear();
        failure_.clear();
        busy_.clear();
        pauses_ = 0;
        pause_ = first_pause;
        paused_since_.reset();
        resume_ = now;
        return success();
    }

    Progress poll(TimePoint now) override {
        auto& compactor = *scene().host.compactor;
        const auto state = compactor.poll();
        if (state == Compactor::State::running)
            return watch(now);
        if (running_)
            take_end(state);
        if (left_.empty())
            return {std::nullopt, note()};
        if (now < resume_)
            return {resume_};
        if (const auto busy = scene().gate.busy(now, false))
            return pause(now, *busy);
        if (auto started = compactor.start(left_.back()); !started) {
            failure_ = started.error().message;
            left_.pop_back();
            return {now};
        }
        paused_since_.reset();
        busy_.clear();
        running_ = true;
        return {now + poll_every};
    }

    Status end() override {
        scene().host.compactor->stop();
        running_ = stopping_ = false;
        return success();
    }

    [[nodiscard]] unsigned pauses() const override { return pauses_; }

    [[nodiscard]] std::string note() const override {
        std::string text;
        const auto add = [&text](const std::string& part) {
            text += (text.empty() ? "" : "; ") + part;
        };
        if (!compacted_.empty())
            add(fmt::format("{} {} compacted to the end", compacted_.size() == 1 ? "node" : "nodes",
                            fmt::join(compacted_, ", ")));
        if (running_)
            add(fmt::format("stopped within node {}", left_.back()));
        if (!failure_.empty())
            add(failure_);
        if (!busy_.empty())
            add("waited: " + busy_);
        return text;
    }

private:
    Progress watch(TimePoint now) {
        const auto busy = scene().gate.busy(now, true);
        if (busy && running_ && !stopping_) {
            scene().host.compactor->stop();
            stopping_ = true;
            resume_ = now + pause_;
            count_pause(now, *busy);
        }
        return {now + poll_every};
    }

    void take_end(Compactor::State state) {
        running_ = stopping_ = false;
        if (state == Compactor::State::idle) // it was stopped: the same again
            return;
        if (state == Compactor::State::finished)
            compacted_.push_back(left_.back());
        else
            failure_ = scene().host.compactor->error().message;
        left_.pop_back();
    }

    void count_pause(TimePoint now, const std::string& why) {
        if (!paused_since_) {
            paused_since_ = now;
            ++pauses_;
        }
        busy_ = why;
        pause_ = std::min<std::chrono::nanoseconds>(pause_ * 2, longest_pause);
    }

    Progress pause(TimePoint now, const std::string& why) {
        resume_ = now + pause_;
        count_pause(now, why);
        if (now - *paused_since_ >= longest_wait)
            return {std::nullopt, note()};
        return {resume_};
    }

    std::vector<std::uint32_t> left_; // the next one at the end
    std::vector<std::uint32_t> compacted_;
    std::string failure_; // the last one
    std::string busy_;    // why it waits
    bool running_ = false;
    bool stopping_ = false;
    unsigned pauses_ = 0;
    std::chrono::nanoseconds pause_{};
    std::optional<TimePoint> paused_since_;
    TimePoint resume_{};
};

} // namespace

std::unique_ptr<ReliefStep> make_compaction_step(ReliefScene& scene) {
    return std::make_unique<CompactionStep>(scene);
}

} // namespace kmemcgd
