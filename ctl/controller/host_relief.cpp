// SPDX-License-Identifier: GPL-2.0-only
#include "controller/host_relief.hpp"

#include "controller/relief_thread.hpp"

namespace kmemcgd {
namespace {

// With the compactor that it needs for as long as it is there.
class HostRelief final : public Relief {
public:
    HostRelief(std::unique_ptr<Compactor> compactor, std::unique_ptr<Relief> relief)
        : compactor_(std::move(compactor)), relief_(std::move(relief)) {}

    Result<std::optional<TimePoint>> step(TimePoint now) override { return relief_->step(now); }
    void stop(TimePoint now) override { relief_->stop(now); }
    [[nodiscard]] ReliefReport report() const override { return relief_->report(); }

private:
    std::unique_ptr<Compactor> compactor_;
    std::unique_ptr<Relief> relief_;
};

} // namespace

OpenRelief host_relief(const Context& context) {
    return [&context](const ReliefGoal& goal, const ReliefLimits& limits,
                      TimePoint now) -> Result<std::unique_ptr<Relief>> {
        auto compactor = context.world->open_compactor(context.world->host_root);
        auto relief = Relief::open(goal, limits,
                                   {.root = context.world->host_root,
                                    .connect = [&context] { return context.connect(); },
                                    .compactor = compactor.get()},
                                   now);
        if (!relief)
            return relief.error();
        auto with_compactor =
            std::make_unique<HostRelief>(std::move(compactor), std::move(*relief));
        return std::unique_ptr<Relief>(
            std::make_unique<ReliefThread>(std::move(with_compactor), *context.world->clock));
    };
}

} // namespace kmemcgd
