// SPDX-License-Identifier: GPL-2.0-only
#include "frag/advice.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint32_t costly_order = 4; // above the kernel's "costly" 3
constexpr std::uint32_t packets_up_to_order = 3;
constexpr std::uint32_t huge_page_order = 9;
// Slab caches are made for each memory cgroup since the one, and nf_conntrack has one for all
// namespaces since the other.
constexpr KernelVersion netns_since{3, 8, 0};
constexpr KernelVersion netns_until{4, 7, 0};

// memcg_alloc_cache_params(), called with GFP_KERNEL: a pointer for each of 65,535 memory
// cgroups, and what stands before them, is of order 8 at most. The hash table of a namespace,
// as large, is not it: nf_ct_alloc_hashtable() has __GFP_NOWARN, and takes scattered pages
// where it can't have a block.
bool may_be_netns(const Explanation& told) {
    if (told.failure.netns_cache)
        return true;
    const auto order = told.failure.order;
    return order >= costly_order && order < huge_page_order && told.flags &&
           can_wait(*told.flags) && has_flag(*told.flags, "__GFP_IO") &&
           has_flag(*told.flags, "__GFP_FS") && told.version && *told.version >= netns_since &&
           *told.version < netns_until;
}

} // namespace

std::vector<std::string> likely_callers(const Explanation& told) {
    std::vector<std::string> who;
    const auto order = told.failure.order;
    if (may_be_netns(told))
        who.push_back(fmt::format(
            "{}a new network namespace (netns), on Linux 3.8 to 4.6: the slab cache that "
            "nf_conntrack makes for it has an array for all memory cgroups that ever were at a "
            "time, so that leaked (zombie) ones make the order larger; the container does not "
            "start",
            told.failure.netns_cache ? "by the trace, " : ""));
    if (told.could_wait == false && order > 0 && order <= packets_up_to_order)
        who.emplace_back("packets that come in: jumbo frames (an MTU above a page), veth, receive "
                         "buffers of a driver; the packet is lost");
    if (told.could_wait == true && order >= costly_order && order < huge_page_order &&
        !told.failure.netns_cache)
        who.emplace_back("large buffers of a driver or a socket: rings of AF_PACKET or PF_RING, "
                         "queues, kmalloc() of that size");
    if (order >= huge_page_order)
        who.emplace_back(
            "a driver's buffer, for good: nothing smaller takes its place (huge pages, "
            "for which that would be true, never log a failure)");
    return who;
}

std::vector<std::string> advise(const Explanation& told) {
    std::vector<std::string> advice;
    const auto order = told.failure.order;
    const bool netns = may_be_netns(told);
    if (netns)
        advice.emplace_back("kmemcgctl zombies reap --wait: numbers of leaked cgroups are used "
                            "again then, and the array of nf_conntrack's cache grows no further");
    if (told.cause == Verdict::shortage || order == 0) {
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
    advice.push_back(fmt::format("kmemcgctl frag show --order {}: how it is now", order));
    if (!netns)
        advice.emplace_back("kmemcgctl zombies reap --wait: pages of removed cgroups are scattered "
                            "everywhere");
    if (told.could_wait == false)
        advice.emplace_back("vm.min_free_kbytes: a larger one keeps larger blocks free for those "
                            "who may not wait");
    if (told.could_compact == false)
        advice.push_back(
            fmt::format("kmemcgctl frag relieve --order {}: compacts, which the kernel "
                        "does not do for this caller",
                        order));
    else
        advice.push_back(fmt::format("kmemcgctl frag relieve --order {}: makes such blocks, when "
                                     "the host is quiet and before they are asked for again",
                                     order));
    return advice;
}

} // namespace kmemcgd
