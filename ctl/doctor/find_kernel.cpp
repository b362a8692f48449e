// SPDX-License-Identifier: GPL-2.0-only
// What this kernel does by itself of what kmemcgd is for.
#include "doctor/findings.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// From here on a memcg's LRU pages go to its parent when it goes offline.
constexpr KernelVersion moves_pages{7, 1};

void page_cache_moves(const HostFacts& host, Diagnoses& found) {
    const auto version = parse_kernel_version(host.kernel_release);
    if (!version || *version < moves_pages)
        return;
    found.push_back(
        {{Severity::note, "page-cache-moves",
          fmt::format("Linux {} moves page cache, tmpfs and anonymous pages to the parent when a "
                      "cgroup is removed: they make no zombies. Inodes (cgroup writeback), "
                      "journal buffers, swapped out memory, sockets and open files still do",
                      host.kernel_release),
          "nothing; kmemcgd is there for the other pins, and for watermarks"},
         {},
         {}});
}

void vendor_reclaim(const Observation& seen, Diagnoses& found) {
    const auto& files = seen.tree.vendor_files;
    if (files.empty() && !seen.host.vendor_reaper)
        return;
    PathGroups by_name;
    std::uint64_t set = 0;
    for (const auto& file : files) {
        by_name.add(file.path);
        set += file.value.value_or(0) > 0 ? 1 : 0;
    }
    std::string what = files.empty() ? "" : files.front().name;
    if (seen.host.vendor_reaper)
        what += fmt::format("{}/sys/kernel/mm/memcg_reaper", what.empty() ? "" : ", ");
    found.push_back(
        {{set > 0 ? Severity::warning : Severity::note, "vendor-reclaim",
          fmt::format("this kernel has its vendor's asynchronous reclaim of cgroups ({}); it is "
                      "set in {} cgroups",
                      what, set),
          "use the vendor's or kmemcgd's for a cgroup, not both: write 0 to the vendor's file, or "
          "leave it without a watermark"},
         {{"files", files.size()}, {"set", set}},
         by_name.largest(most_groups)});
}

} // namespace

void find_kernel(const Observation& seen, Diagnoses& found) {
    page_cache_moves(seen.host, found);
    vendor_reclaim(seen, found);
}

} // namespace kmemcgd
