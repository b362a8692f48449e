// SPDX-License-Identifier: GPL-2.0-only
// The kernel's own compaction, which it does in the background: more of it for a while.
// From Linux 5.9 on.
#include "frag/relief_step.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

constexpr auto longest = 5s;
constexpr auto poll_every = 50ms;
// The default is 20. kcompactd begins where a share of 100 - this + 10 % of a node's
// free memory is in blocks that are smaller than a huge page, and goes on to 100 - this
// (fragmentation_score_wmark() in mm/compaction.c). The kernel's documentation warns of
// 100: it would never rest.
constexpr std::uint64_t raised_to = 80;

class ProactivenessStep final : public ReliefStep {
public:
    using ReliefStep::ReliefStep;

    [[nodiscard]] ReliefAction action() const override { return ReliefAction::proactiveness; }

    Intent intent(TimePoint now) override {
        const auto value = proactiveness_setting(scene().host.root).read();
        if (!value)
            return never(value.error().error_number == ENOENT
                             ? "this kernel has no vm.compaction_proactiveness (5.9 and later)"
                             : value.error().message);
        if (*value >= raised_to)
            return never(fmt::format("vm.compaction_proactiveness is {} already", *value));
        if (const auto busy = scene().gate.busy(now, false))
            return not_now(*busy);
        return would(fmt::format("set vm.compaction_proactiveness to {}, for {} s at most, and "
                                 "back to {}",
                                 raised_to, longest.count(), *value));
    }

    Status begin(TimePoint now) override {
        auto raised =
            Raised::raise(proactiveness_setting(scene().host.root), raised_to, *scene().kept);
        if (!raised)
            return raised.error();
        raised_.emplace(std::move(*raised));
        end_ = now + longest;
        return success();
    }

    Progress poll(TimePoint now) override {
        if (const auto busy = scene().gate.busy(now, false))
            return {std::nullopt, note() + "; ended early: " + *busy};
        if (now >= end_)
            return {std::nullopt, note()};
        return {now + poll_every};
    }

    Status end() override { return put_back(raised_); }

    [[nodiscard]] std::string note() const override {
        return fmt::format("vm.compaction_proactiveness was {} meanwhile", raised_to);
    }

private:
    TimePoint end_{};
    std::optional<Raised> raised_;
};

} // namespace

Setting proactiveness_setting(const std::filesystem::path& root) {
    return file_setting("compaction_proactiveness", root / "proc/sys/vm/compaction_proactiveness");
}

std::unique_ptr<ReliefStep> make_proactiveness_step(ReliefScene& scene) {
    return std::make_unique<ProactivenessStep>(scene);
}

} // namespace kmemcgd
