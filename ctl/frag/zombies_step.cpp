// SPDX-License-Identifier: GPL-2.0-only
// Zombies first: nobody needs their pages, and they are everywhere.
#include "frag/relief_step.hpp"
#include "render/units.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

// A pass of 100,000 takes longer; it goes on, and we with the next step.
constexpr auto longest = 10s;
constexpr auto poll_every = 50ms;

class ZombiesStep final : public ReliefStep {
public:
    using ReliefStep::ReliefStep;

    [[nodiscard]] ReliefAction action() const override { return ReliefAction::zombies; }

    Intent intent(TimePoint /*now*/) override {
        const auto config = scene().working_module();
        if (!config)
            return never(config.error().message);
        const auto stats = scene().client->stats();
        if (!stats)
            return no_answer(stats.error());
        if (stats->left == 0)
            return never("there are no zombies");
        return would(fmt::format("ask for a pass over {} zombies", format_count(stats->left)));
    }

    Status begin(TimePoint now) override {
        const auto client = scene().module();
        if (!client)
            return client.error();
        const auto before = (*client)->stats();
        if (!before)
            return before.error();
        const auto pass = (*client)->reap(std::nullopt, true);
        if (!pass)
            return pass.error();
        before_ = now_ = *before;
        pass_ = *pass;
        end_ = now + longest;
        return success();
    }

    Progress poll(TimePoint now) override {
        if (auto looked = look(); !looked)
            return {std::nullopt, looked.error().message};
        if (now_.last_pass && now_.last_pass->id >= pass_)
            return {std::nullopt, fmt::format("{}; {} are left", note(), format_count(now_.left))};
        if (now >= end_)
            return {std::nullopt, fmt::format("{}; the pass goes on", note())};
        return {std::min(now + poll_every, end_)};
    }

    Status end() override { return success(); }

    std::optional<std::uint64_t> freed_bytes() override {
        (void)look(); // else what was known before
        return (pages(now_) - pages(before_)) * scene().page_bytes;
    }

    [[nodiscard]] std::string note() const override {
        return fmt::format("freed {} zombies", format_count(now_.freed - before_.freed));
    }

private:
    static std::uint64_t pages(const Stats& stats) {
        return stats.zombie_pages.value_or(stats.pages);
    }

    Status look() {
        const auto client = scene().module();
        if (!client)
            return client.error();
        const auto stats = (*client)->stats();
        if (!stats) {
            scene().lose_module();
            return stats.error();
        }
        // Counters that somebody reset count from 0 again.
        if (stats->freed < now_.freed || pages(*stats) < pages(now_))
            before_ = {};
        now_ = *stats;
        return success();
    }

    Stats before_;
    Stats now_;
    std::uint64_t pass_ = 0;
    TimePoint end_{};
};

} // namespace

std::unique_ptr<ReliefStep> make_zombies_step(ReliefScene& scene) {
    return std::make_unique<ZombiesStep>(scene);
}

} // namespace kmemcgd
