// SPDX-License-Identifier: GPL-2.0-only
// What runs out: ids of memory cgroups, and memory for their per-CPU counters.
#include "doctor/findings.hpp"
#include "render/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint64_t most_ids = 65'535; // MEM_CGROUP_ID_MAX: 16 bits
constexpr std::uint64_t ids_warning = most_ids / 100 * 80;
constexpr std::uint64_t ids_problem = most_ids / 100 * 95;

constexpr std::uint64_t percpu_least_bytes = std::uint64_t{64} << 20;
constexpr std::uint64_t percpu_most_of_memory = 20; // a 20th, 5 %
// For each CPU. A memcg takes 2 KiB there (5,000 on 6.1, measured in a guest with 2
// CPUs), and the rest of the host has its share too.
constexpr std::uint64_t percpu_most_of_memcg_bytes = std::uint64_t{64} << 10;

// A zombie gives its id back when it goes offline, unless swapped out memory is
// recorded under it. Who may not see which those are gets what is certain.
std::uint64_t ids_of_zombies(const ModuleFacts& module) {
    if (!module.zombies)
        return 0;
    return static_cast<std::uint64_t>(
        std::count_if(module.zombies->begin(), module.zombies->end(),
                      [](const Memcg& memcg) { return memcg.swap_bytes.value_or(0) > 0; }));
}

void ids(const Observation& seen, Diagnoses& found) {
    const auto live = seen.tree.memcgs();
    const auto zombies = count_zombies(seen).value_or(0);
    const auto certain = live + ids_of_zombies(seen.module);
    const auto possible = seen.module.zombies ? certain : live + zombies;
    if (possible < ids_warning)
        return;
    const auto severity = certain >= ids_problem   ? Severity::problem
                          : certain >= ids_warning ? Severity::warning
                                                   : Severity::note;
    auto text = fmt::format("{} of {} ids of memory cgroups are taken; without a free one mkdir "
                            "fails",
                            format_count(certain), format_count(most_ids));
    if (possible > certain)
        text +=
            fmt::format(". Up to {} more may be: those of zombies whose memory was swapped "
                        "out, which only the module can tell",
                        format_count(std::min(possible, most_ids) - std::min(certain, most_ids)));
    found.push_back(
        {{severity, "memcg-ids", text,
          "remove cgroups that nobody needs (see leftover-cgroups); of zombies only "
          "those held by swap have an id: kmemcgctl zombies list --pin swap"},
         {{"ids", certain}, {"ids_max", most_ids}, {"live", live}, {"zombies", zombies}},
         {}});
}

void percpu(const Observation& seen, Diagnoses& found) {
    const auto& host = seen.host;
    if (!host.percpu_bytes || *host.percpu_bytes < percpu_least_bytes)
        return;
    const auto bytes = *host.percpu_bytes;
    const auto live = std::max<std::uint64_t>(seen.tree.memcgs(), 1);
    const bool of_memory = host.memory_bytes && bytes >= *host.memory_bytes / percpu_most_of_memory;
    const bool of_cgroups =
        seen.tree_seen && host.cpus && bytes / live / *host.cpus >= percpu_most_of_memcg_bytes;
    if (!of_memory && !of_cgroups)
        return;
    auto text = fmt::format("{} are per-CPU memory", format_bytes(bytes));
    if (host.memory_bytes)
        text += fmt::format(" of {} in all", format_bytes(*host.memory_bytes));
    if (seen.tree_seen)
        text += fmt::format(", for {} live memory cgroups", format_count(seen.tree.memcgs()));
    Diagnosis memory{{of_memory ? Severity::warning : Severity::note, "percpu-memory", text,
                      "every cgroup, alive or zombie, has counters on each CPU: free zombies and "
                      "remove leftover cgroups; if there are few of both, see who else takes it "
                      "(eBPF maps, network namespaces)"},
                     {{"percpu_bytes", bytes}},
                     {}};
    if (host.memory_bytes)
        memory.numbers.emplace_back("memory_bytes", *host.memory_bytes);
    if (const auto zombies = count_zombies(seen))
        memory.numbers.emplace_back("zombies", *zombies);
    if (host.cpus)
        memory.numbers.emplace_back("cpus", *host.cpus);
    if (seen.tree_seen)
        memory.numbers.emplace_back("live", seen.tree.memcgs());
    found.push_back(std::move(memory));
}

} // namespace

void find_capacity(const Observation& seen, Diagnoses& found) {
    ids(seen, found);
    percpu(seen, found);
}

} // namespace kmemcgd
