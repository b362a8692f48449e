// SPDX-License-Identifier: GPL-2.0-only
// The part of the fake kernel that keeps watermarks.
#include "fake_kernel.hpp"

#include <algorithm>
#include <cerrno>

namespace kmemcgd {
namespace {

void take(const Attributes& request, int type, std::uint32_t& value) {
    if (const auto* attribute = request.find(type))
        value = *attribute->u32("value");
}

void take(const Attributes& request, int type, std::uint64_t& value) {
    if (const auto* attribute = request.find(type))
        value = *attribute->u64("value");
}

} // namespace

Attrs FakeKernel::policy_attrs(const WatermarkPolicy& policy) {
    Attrs attrs;
    if (policy.id)
        attrs.put(KMEMCGD_A_WMARK_ID, *policy.id);
    if (!policy.path.empty())
        attrs.text(KMEMCGD_A_WMARK_PATH, policy.path);
    attrs.put(KMEMCGD_A_WMARK_RATIO, policy.ratio);
    attrs.put(KMEMCGD_A_WMARK_SCALE_FACTOR, policy.scale_factor);
    attrs.put(KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES, policy.high_headroom_bytes);
    attrs.put(KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES, policy.low_headroom_bytes);
    attrs.put(KMEMCGD_A_WMARK_SWAP, policy.swap);
    if (policy.swappiness)
        attrs.put(KMEMCGD_A_WMARK_SWAPPINESS, *policy.swappiness);
    return attrs;
}

Attrs FakeKernel::watch_attrs(const Watch& watch) {
    Attrs attrs;
    attrs.put(KMEMCGD_A_WATCH_ID, watch.id).put(KMEMCGD_A_WATCH_POLICY_ID, watch.policy_id);
    attrs.put(KMEMCGD_A_WATCH_STATE, watch.state);
    if (!watch.path.empty())
        attrs.text(KMEMCGD_A_WATCH_PATH, watch.path);
    for (const auto& field : watch_fields())
        attrs.put(field.attribute, watch.*(field.member));
    if (watch.last_hit_ms)
        attrs.put(KMEMCGD_A_WATCH_LAST_HIT_MS, *watch.last_hit_ms);
    return attrs;
}

Refusal FakeKernel::set_policy(const Attributes& request, std::optional<std::uint64_t> id,
                               Attrs& reply) {
    const auto memcg = std::find_if(memcgs.begin(), memcgs.end(),
                                    [&](const auto& entry) { return entry.id == id; });
    if (id && memcg == memcgs.end())
        return {ENOENT, "no such memcg"};
    auto policy = std::find_if(policies.begin(), policies.end(),
                               [&](const auto& entry) { return entry.id == id; });
    if (policy == policies.end()) {
        policy = policies.emplace(policies.end());
        policy->id = id;
        policy->path = id ? memcg->path : "";
        policy->scale_factor = 50;
    }
    take(request, KMEMCGD_A_WMARK_RATIO, policy->ratio);
    take(request, KMEMCGD_A_WMARK_SCALE_FACTOR, policy->scale_factor);
    take(request, KMEMCGD_A_WMARK_HIGH_HEADROOM_BYTES, policy->high_headroom_bytes);
    take(request, KMEMCGD_A_WMARK_LOW_HEADROOM_BYTES, policy->low_headroom_bytes);
    take(request, KMEMCGD_A_WMARK_SWAP, policy->swap);
    if (const auto* attribute = request.find(KMEMCGD_A_WMARK_SWAPPINESS)) {
        const auto swappiness = *attribute->u32("swappiness");
        policy->swappiness.reset();
        if (swappiness != KMEMCGD_WMARK_SWAPPINESS_OWN)
            policy->swappiness = swappiness;
    }
    reply = policy_attrs(*policy);
    return {};
}

Refusal FakeKernel::serve_watermark(int command, const Attributes& request, Attrs& reply) {
    std::optional<std::uint64_t> id;
    // The same number in both of the attribute sets.
    static_assert(static_cast<int>(KMEMCGD_A_WMARK_ID) == static_cast<int>(KMEMCGD_A_WATCH_ID));
    if (const auto* attribute = request.find(KMEMCGD_A_WMARK_ID))
        id = *attribute->u64("id");
    if (command == KMEMCGD_CMD_SET_WATERMARK)
        return set_policy(request, id, reply);
    if (command == KMEMCGD_CMD_GET_WATCH) {
        for (const auto& watch : watches) {
            if (watch.id == id)
                reply = watch_attrs(watch);
        }
        return reply.bytes().empty() ? Refusal{ENOENT, "no policy applies to it"} : Refusal{};
    }
    if (command != KMEMCGD_CMD_GET_WATERMARK && command != KMEMCGD_CMD_DEL_WATERMARK)
        return {EOPNOTSUPP, ""};
    const auto policy = std::find_if(policies.begin(), policies.end(),
                                     [&](const auto& entry) { return entry.id == id; });
    if (policy == policies.end())
        return {ENOENT, "no policy was set"};
    reply = policy_attrs(*policy);
    if (command == KMEMCGD_CMD_DEL_WATERMARK)
        policies.erase(policy);
    return {};
}

} // namespace kmemcgd
