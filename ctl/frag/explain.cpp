// SPDX-License-Identifier: GPL-2.0-only
#include "frag/explain.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint64_t bytes_per_kb = 1024;
constexpr std::uint64_t usual_page_bytes = 4096;
constexpr std::uint32_t netns_order = 6;      // 16,384 buckets of nf_conntrack
constexpr KernelVersion netns_until{4, 7, 0}; // one table for all since then
constexpr std::uint32_t costly_order = 4;     // above the kernel's "costly" 3
constexpr std::uint32_t packets_up_to_order = 3;
constexpr std::uint32_t huge_page_order = 9;

void choose_version(Explanation& told, const VersionHints& hints) {
    const auto take = [&told](const std::optional<KernelVersion>& version, VersionFrom from) {
        if (told.version || !version)
            return;
        told.version = version;
        told.version_from = from;
    };
    take(hints.option, VersionFrom::option);
    take(told.failure.version, VersionFrom::log);
    take(hints.host, VersionFrom::host);
}

void decode(Explanation& told) {
    if (!told.failure.flags.empty())
        told.flags = parse_gfp_names(told.failure.flags);
    else if (told.version)
        told.flags = decode_gfp(told.failure.mask, *told.version);
    if (told.flags)
        told.could_wait = can_wait(*told.flags);
}

std::vector<std::string> likely(const Explanation& told) {
    std::vector<std::string> who;
    const auto order = told.failure.order;
    if (order == netns_order && told.version && *told.version < netns_until)
        who.emplace_back("a new network namespace: the hash table of nf_conntrack, until Linux "
                         "4.6; the container does not start");
    if (told.could_wait == false && order > 0 && order <= packets_up_to_order)
        who.emplace_back("packets that come in: jumbo frames (an MTU above a page), veth, receive "
                         "buffers of a driver; the packet is lost");
    if (told.could_wait == true && order >= costly_order && order < huge_page_order)
        who.emplace_back("large buffers of a driver or a socket: rings of AF_PACKET or PF_RING, "
                         "queues, kmalloc() of that size");
    if (order >= huge_page_order)
        who.emplace_back("huge pages: a smaller page usually takes their place");
    return who;
}

std::vector<std::string> advise(const Explanation& told) {
    std::vector<std::string> advice;
    if (told.cause == Verdict::shortage || told.failure.order == 0) {
        if (told.could_wait == false)
            advice.emplace_back("vm.min_free_kbytes: a larger one keeps more for those who may "
                                "not wait");
        advice.emplace_back("kmemcgctl pressure: keep some memory free, at the expense of who "
                            "matters least");
        return advice;
    }
    if (!told.cause)
        advice.emplace_back("the Mem-Info block that follows in the kernel's log says whether "
                            "memory was short or in pieces: give it as well");
    advice.push_back(
        fmt::format("kmemcgctl frag show --order {}: how it is now", told.failure.order));
    advice.emplace_back("kmemcgctl zombies reap --wait: pages of removed cgroups are scattered "
                        "everywhere");
    if (told.could_wait == false)
        advice.emplace_back("vm.min_free_kbytes: a larger one keeps larger blocks free for those "
                            "who may not wait");
    else
        advice.emplace_back("when the host is quiet, one node at a time: "
                            "echo 1 > /sys/devices/system/node/node0/compact");
    return advice;
}

} // namespace

Explanation explain(AllocationFailure failure, const VersionHints& hints) {
    Explanation told;
    told.failure = std::move(failure);
    const auto& zones = told.failure.zones;
    const auto page_bytes = zones.empty() ? usual_page_bytes : zones.front().page_kb * bytes_per_kb;
    told.pages = std::uint64_t{1} << told.failure.order;
    told.bytes = told.pages * page_bytes;
    choose_version(told, hints);
    decode(told);
    if (told.flags)
        told.zones = zones_for(*told.flags);
    told.seen = judge_zones(told.failure, told.flags);
    told.cause = cause_of(told.seen);
    told.likely = likely(told);
    told.advice = advise(told);
    return told;
}

} // namespace kmemcgd
