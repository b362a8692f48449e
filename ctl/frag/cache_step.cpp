// SPDX-License-Identifier: GPL-2.0-only
// Page cache that the host's classes give: the module is told to keep more memory free
// for a while. It takes from the lowest class first, and nothing that a class protects.
#include "frag/relief_step.hpp"
#include "frag/room.hpp"
#include "render/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

constexpr auto longest = 10s;
constexpr auto poll_every = 50ms;
// Until then the module's state may be from before it was told.
constexpr auto settle = 500ms;
constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t permille = 1000;

class CacheStep final : public ReliefStep {
public:
    using ReliefStep::ReliefStep;

    [[nodiscard]] ReliefAction action() const override { return ReliefAction::cache; }

    Intent intent(TimePoint /*now*/) override {
        const auto room = room_for(scene().goal, scene().zones, read_zoneinfo(scene().host.root));
        if (!room)
            return never("/proc/zoneinfo does not tell the watermarks of all zones");
        if (scene().round == 1 && room->spare >= room->needed)
            return not_now(fmt::format("free memory is not short: {} above the low watermarks, "
                                       "{} are needed",
                                       bytes(room->spare), bytes(room->needed)));
        return choose(*room);
    }

    Status begin(TimePoint now) override {
        const auto client = scene().module();
        if (!client)
            return client.error();
        const auto pressure = (*client)->pressure();
        if (!pressure)
            return pressure.error();
        auto raised = Raised::raise(node_free_setting(scene()), target_mb_, *scene().kept);
        if (!raised)
            return raised.error();
        raised_.emplace(std::move(*raised));
        reclaimed_before_ = reclaimed_ = pressure->reclaimed_bytes;
        settled_ = now + settle;
        end_ = now + longest;
        return success();
    }

    Progress poll(TimePoint now) override {
        const auto client = scene().module();
        if (!client)
            return {std::nullopt, client.error().message};
        const auto pressure = (*client)->pressure();
        if (!pressure) {
            scene().lose_module();
            return {std::nullopt, pressure.error().message};
        }
        reclaimed_ = std::max(reclaimed_, pressure->reclaimed_bytes);
        const auto room = room_for(scene().goal, scene().zones, read_zoneinfo(scene().host.root));
        if (room && room->spare >= target_pages_)
            return {std::nullopt, note()};
        if (now >= settled_ && pressure->state == KMEMCGD_PRESSURE_NOTHING)
            return {std::nullopt, note() + "; nobody has any more to give"};
        if (now >= end_)
            return {std::nullopt, note() + "; then time was over"};
        return {now + poll_every};
    }

    Status end() override { return put_back(raised_); }

    std::optional<std::uint64_t> freed_bytes() override { return reclaimed_ - reclaimed_before_; }

    [[nodiscard]] std::string note() const override {
        return fmt::format("node_free_mb was {} meanwhile", target_mb_);
    }

private:
    [[nodiscard]] std::string bytes(std::uint64_t pages) const {
        return format_bytes(pages * scene().page_bytes);
    }

    Intent choose(const Room& room) {
        const auto config = scene().working_module();
        if (!config)
            return never(config.error().message);
        const auto classes = scene().client->classes();
        if (!classes)
            return no_answer(classes.error());
        if (classes->entries.empty())
            return never("nobody has a class, so nobody gives (kmemcgctl qos)");
        // When compaction was not enough with what is free, then the goal once more.
        const auto missing = scene().round == 1 ? room.needed : room.spare + room.wanted;
        target_pages_ = std::min(std::max(room.needed, missing), room.managed / 2);
        if (target_pages_ <= room.spare)
            return not_now("half of the memory is free already");
        // The module shares it among the nodes by their sizes.
        const auto share = static_cast<double>(room.host) / static_cast<double>(room.managed);
        const auto target_bytes = static_cast<double>(target_pages_ * scene().page_bytes) * share;
        target_mb_ = static_cast<std::uint64_t>(target_bytes) / mib + 1;
        const auto by_share = room.host * config->at(KMEMCGD_A_CONFIG_NODE_FREE_PERMILLE) /
                              permille * scene().page_bytes / mib;
        const auto set =
            std::max<std::uint64_t>(config->at(KMEMCGD_A_CONFIG_NODE_FREE_MB), by_share);
        if (set >= target_mb_)
            return not_now(
                fmt::format("the module keeps {} free already", format_bytes(set * mib)));
        return would(fmt::format("have the module keep {} free, instead of {}, for {} s at most",
                                 format_bytes(target_mb_ * mib), format_bytes(set * mib),
                                 longest.count()));
    }

    std::uint64_t target_pages_ = 0;
    std::uint64_t target_mb_ = 0;
    std::uint64_t reclaimed_before_ = 0;
    std::uint64_t reclaimed_ = 0;
    TimePoint settled_{};
    TimePoint end_{};
    std::optional<Raised> raised_;
};

} // namespace

Setting node_free_setting(ReliefScene& scene) {
    return {"node_free_mb",
            [&scene]() -> Result<std::uint64_t> {
                const auto client = scene.module();
                if (!client)
                    return client.error();
                const auto config = (*client)->config();
                if (!config)
                    return config.error();
                return std::uint64_t{config->at(KMEMCGD_A_CONFIG_NODE_FREE_MB)};
            },
            [&scene](std::uint64_t value) -> Status {
                const auto client = scene.module();
                if (!client)
                    return client.error();
                const ConfigChange change{KMEMCGD_A_CONFIG_NODE_FREE_MB,
                                          static_cast<std::uint32_t>(value)};
                const auto set = (*client)->set_config(std::span(&change, 1));
                if (!set)
                    return set.error();
                return success();
            }};
}

std::unique_ptr<ReliefStep> make_cache_step(ReliefScene& scene) {
    return std::make_unique<CacheStep>(scene);
}

} // namespace kmemcgd
