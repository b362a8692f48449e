// SPDX-License-Identifier: GPL-2.0-only
#include "policy/rule.hpp"

#include "policy/glob.hpp"
#include "render/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// What the module takes for a policy that says nothing else.
constexpr std::uint32_t default_scale_factor = 50;

std::string limit_text(const Candidate& cgroup) {
    return cgroup.limit_bytes ? "its limit is " + format_bytes(*cgroup.limit_bytes)
                              : std::string("it has no limit");
}

} // namespace

std::string misfit(const Rule& rule, const Candidate& cgroup, std::uint32_t cgroup_version) {
    if (rule.cgroup_version && *rule.cgroup_version != cgroup_version)
        return fmt::format("is for cgroup v{}, and this host has v{}", *rule.cgroup_version,
                           cgroup_version);
    const bool fits = std::any_of(rule.globs.begin(), rule.globs.end(),
                                  [&](const auto& glob) { return path_fits(glob, cgroup.path); });
    if (!fits)
        return fmt::format("does not match: {}", fmt::join(rule.globs, ", "));
    if (rule.limit_min_bytes && cgroup.limit_bytes.value_or(0) < *rule.limit_min_bytes)
        return fmt::format("is for limits from {} on, and {}", format_bytes(*rule.limit_min_bytes),
                           limit_text(cgroup));
    if (rule.limit_max_bytes &&
        (!cgroup.limit_bytes || *cgroup.limit_bytes > *rule.limit_max_bytes))
        return fmt::format("is for limits up to {}, and {}", format_bytes(*rule.limit_max_bytes),
                           limit_text(cgroup));
    return {};
}

const Rule* rule_for(std::span<const Rule> rules, const Candidate& cgroup,
                     std::uint32_t cgroup_version) {
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) {
        return misfit(rule, cgroup, cgroup_version).empty();
    });
    return found == rules.end() ? nullptr : &*found;
}

WatermarkChange complete(const WatermarkChange& change) {
    return {.ratio = change.ratio.value_or(0),
            .scale_factor = change.scale_factor.value_or(default_scale_factor),
            .high_headroom_bytes = change.high_headroom_bytes.value_or(0),
            .low_headroom_bytes = change.low_headroom_bytes.value_or(0),
            .swap = change.swap.value_or(0),
            .swappiness = change.swappiness.value_or(KMEMCGD_WMARK_SWAPPINESS_OWN)};
}

QosChange complete(const QosChange& change) {
    return {.qos_class = change.qos_class.value_or(0),
            .request_bytes = change.request_bytes.value_or(0),
            .request_ratio = change.request_ratio.value_or(0),
            .swap = change.swap.value_or(0)};
}

WatermarkChange watermark_off() {
    return complete(WatermarkChange{});
}

WatermarkPolicy as_policy(const Candidate& cgroup, const WatermarkChange& complete_change) {
    WatermarkPolicy policy;
    policy.id = cgroup.id;
    policy.path = cgroup.path;
    policy.ratio = *complete_change.ratio;
    policy.scale_factor = *complete_change.scale_factor;
    policy.high_headroom_bytes = *complete_change.high_headroom_bytes;
    policy.low_headroom_bytes = *complete_change.low_headroom_bytes;
    policy.swap = *complete_change.swap;
    if (complete_change.swappiness != KMEMCGD_WMARK_SWAPPINESS_OWN)
        policy.swappiness = complete_change.swappiness;
    return policy;
}

Qos as_qos(const Candidate& cgroup, const QosChange& complete_change) {
    Qos qos;
    qos.id = cgroup.id;
    qos.path = cgroup.path;
    qos.qos_class = *complete_change.qos_class;
    qos.request_bytes = *complete_change.request_bytes;
    qos.request_ratio = *complete_change.request_ratio;
    qos.swap = *complete_change.swap;
    return qos;
}

bool same(const Qos& qos, const QosChange& complete_change) {
    return qos.qos_class == complete_change.qos_class &&
           qos.request_bytes == complete_change.request_bytes &&
           qos.request_ratio == complete_change.request_ratio && qos.swap == complete_change.swap;
}

bool same(const WatermarkPolicy& policy, const WatermarkChange& complete_change) {
    return policy.ratio == complete_change.ratio &&
           policy.scale_factor == complete_change.scale_factor &&
           policy.high_headroom_bytes == complete_change.high_headroom_bytes &&
           policy.low_headroom_bytes == complete_change.low_headroom_bytes &&
           policy.swap == complete_change.swap &&
           policy.swappiness.value_or(KMEMCGD_WMARK_SWAPPINESS_OWN) == complete_change.swappiness;
}

} // namespace kmemcgd
