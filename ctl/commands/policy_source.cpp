// SPDX-License-Identifier: GPL-2.0-only
#include "commands/policy_source.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

const WatermarkPolicy* find(const Policies& policies, std::optional<std::uint64_t> id) {
    const auto found = std::find_if(policies.begin(), policies.end(),
                                    [&](const auto& policy) { return policy.id == id; });
    return found == policies.end() ? nullptr : &*found;
}

bool is_ancestor(const std::string& ancestor, const std::string& path) {
    if (ancestor == "/")
        return true;
    return path.size() > ancestor.size() && path.starts_with(ancestor) &&
           path[ancestor.size()] == '/';
}

// As the module looks for it: its own, the nearest ancestor's, the default.
const WatermarkPolicy* nearest_policy(const Policies& policies, const Watched& memcg) {
    if (const auto* own = find(policies, memcg.id))
        return own;
    const WatermarkPolicy* best = nullptr;
    for (const auto& policy : policies) {
        const bool applies = policy.id && is_ancestor(policy.path, memcg.path);
        if (applies && (best == nullptr || policy.path.size() > best->path.size()))
            best = &policy;
    }
    return best != nullptr ? best : default_policy(policies);
}

std::string why_unwatched(const Watched& memcg, const WatermarkPolicy* policy) {
    if (memcg.path == "/")
        return "the root has no limit: no policy applies to it";
    if (policy == nullptr)
        return fmt::format("no policy applies to {}: it is left alone; to change that: "
                           "kmemcgctl watermark set {} --ratio 95",
                           memcg.path, memcg.path);
    if (policy->off())
        return "the policy that applies is switched off (its ratio is 0): it is left alone";
    return "a policy applies, but it is not watched: watches_max may be reached";
}

} // namespace

const WatermarkPolicy* default_policy(const Policies& policies) {
    return find(policies, std::nullopt);
}

const WatermarkPolicy* policy_of(const Policies& policies, const Watched& memcg) {
    if (!memcg.watch)
        return nearest_policy(policies, memcg);
    const auto id = memcg.watch->policy_id;
    return id == 0 ? default_policy(policies) : find(policies, id);
}

std::string source_name(const Watched& memcg, const WatermarkPolicy* policy) {
    if (!memcg.watch && policy == nullptr)
        return "none";
    const auto id = memcg.watch ? memcg.watch->policy_id : policy->id.value_or(0);
    if (id == memcg.id)
        return "own";
    return id == 0 ? "default" : "inherited";
}

std::string source_text(const Watched& memcg, const WatermarkPolicy* policy) {
    auto name = source_name(memcg, policy);
    if (name != "inherited")
        return name;
    return policy != nullptr ? policy->path : fmt::format("id {}", memcg.watch->policy_id);
}

std::string watch_note(const Watched& memcg, const WatermarkPolicy* policy,
                       std::uint32_t cgroup_version) {
    if (!memcg.watch)
        return why_unwatched(memcg, policy);
    switch (memcg.watch->state) {
    case KMEMCGD_WATCH_NO_LIMIT:
        return fmt::format("it has no limit: the policy takes effect when {} is set",
                           cgroup_version == 1 ? "memory.limit_in_bytes"
                                               : "memory.max or memory.high");
    case KMEMCGD_WATCH_STUCK:
        return "nothing of it can be reclaimed, so that it is looked at less often: it holds "
               "anonymous memory that may not be swapped out, or memory that is protected";
    case KMEMCGD_WATCH_THRASHING:
        return "what is taken from it is read again, so that less is taken: what it works with "
               "does not fit below the high mark";
    default:
        return {};
    }
}

} // namespace kmemcgd
