// SPDX-License-Identifier: GPL-2.0-only
#include "frag/gfp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace kmemcgd {
namespace {

constexpr KernelVersion always{0, 0, 0};
constexpr KernelVersion end{~0U, 0, 0};

// In kernels from `since` on, and before `until`.
struct Bit {
    std::uint32_t mask;
    std::string_view name;
    KernelVersion since = always;
    KernelVersion until = end;
};

constexpr KernelVersion v4_4{4, 4, 0};
constexpr KernelVersion v4_10{4, 10, 0};
constexpr KernelVersion v4_13{4, 13, 0};
constexpr KernelVersion v4_15{4, 15, 0};
constexpr KernelVersion v4_18{4, 18, 0};
constexpr KernelVersion v5_1{5, 1, 0};
constexpr KernelVersion v6_3{6, 3, 0};

// Until 5.0, where the bits from 0x100 on moved.
constexpr Bit before_5_1[] = {
    {0x01, "__GFP_DMA"},
    {0x02, "__GFP_HIGHMEM"},
    {0x04, "__GFP_DMA32"},
    {0x08, "__GFP_MOVABLE"},
    {0x10, "__GFP_WAIT", always, v4_4},
    {0x10, "__GFP_RECLAIMABLE", v4_4},
    {0x20, "__GFP_HIGH"},
    {0x40, "__GFP_IO"},
    {0x80, "__GFP_FS"},
    {0x100, "__GFP_COLD", always, v4_15},
    {0x100, "__GFP_WRITE", v4_18},
    {0x200, "__GFP_NOWARN"},
    {0x400, "__GFP_REPEAT", always, v4_13},
    {0x400, "__GFP_RETRY_MAYFAIL", v4_13},
    {0x800, "__GFP_NOFAIL"},
    {0x1000, "__GFP_NORETRY"},
    {0x2000, "__GFP_MEMALLOC", {3, 6, 0}},
    {0x4000, "__GFP_COMP"},
    {0x8000, "__GFP_ZERO"},
    {0x10000, "__GFP_NOMEMALLOC"},
    {0x20000, "__GFP_HARDWALL"},
    {0x40000, "__GFP_THISNODE"},
    {0x80000, "__GFP_RECLAIMABLE", always, v4_4},
    {0x80000, "__GFP_ATOMIC", v4_4},
    {0x100000, "__GFP_KMEMCG", {3, 8, 0}, {3, 16, 0}},
    {0x100000, "__GFP_NOACCOUNT", {4, 1, 0}, {4, 5, 0}},
    {0x100000, "__GFP_ACCOUNT", {4, 5, 0}},
    {0x200000, "__GFP_NOTRACK", always, v4_15},
    {0x200000, "__GFP_DIRECT_RECLAIM", v4_18},
    // Mainline's 2.6.32 to 2.6.37 have no such bit, and RHEL 6, which is a 2.6.32, has this.
    {0x400000, "__GFP_NO_KSWAPD", always, v4_4},
    {0x400000, "__GFP_DIRECT_RECLAIM", v4_4, v4_18},
    {0x400000, "__GFP_KSWAPD_RECLAIM", v4_18},
    {0x800000, "__GFP_OTHER_NODE", {2, 6, 39}, v4_10},
    {0x800000, "__GFP_WRITE", v4_10, v4_18},
    {0x1000000, "__GFP_WRITE", {3, 3, 0}, v4_10},
    {0x1000000, "__GFP_KSWAPD_RECLAIM", v4_10, v4_18},
    {0x2000000, "__GFP_KSWAPD_RECLAIM", v4_4, v4_10},
};

constexpr Bit from_5_1[] = {
    {0x01, "__GFP_DMA"},
    {0x02, "__GFP_HIGHMEM"},
    {0x04, "__GFP_DMA32"},
    {0x08, "__GFP_MOVABLE"},
    {0x10, "__GFP_RECLAIMABLE"},
    {0x20, "__GFP_HIGH"},
    {0x40, "__GFP_IO"},
    {0x80, "__GFP_FS"},
    {0x100, "__GFP_ZERO"},
    {0x200, "__GFP_ATOMIC", always, v6_3},
    {0x400, "__GFP_DIRECT_RECLAIM"},
    {0x800, "__GFP_KSWAPD_RECLAIM"},
    {0x1000, "__GFP_WRITE"},
    {0x2000, "__GFP_NOWARN"},
    {0x4000, "__GFP_RETRY_MAYFAIL"},
    {0x8000, "__GFP_NOFAIL"},
    {0x10000, "__GFP_NORETRY"},
    {0x20000, "__GFP_MEMALLOC"},
    {0x40000, "__GFP_COMP"},
    {0x80000, "__GFP_NOMEMALLOC"},
    {0x100000, "__GFP_HARDWALL"},
    {0x200000, "__GFP_THISNODE"},
    {0x400000, "__GFP_ACCOUNT"},
    {0x800000, "__GFP_ZEROTAGS", {5, 14, 0}},
};

// What the kernel prints for several bits at once, those that imply most first.
struct Composite {
    std::string_view name;
    std::vector<std::string_view> parts;
};

const std::vector<Composite>& composites() {
    static const std::vector<std::string_view> reclaim{"__GFP_DIRECT_RECLAIM",
                                                       "__GFP_KSWAPD_RECLAIM"};
    static const auto with = [](std::vector<std::string_view> more) {
        more.insert(more.end(), reclaim.begin(), reclaim.end());
        return more;
    };
    static const std::vector<Composite> all{
        {"GFP_ATOMIC", {"__GFP_HIGH", "__GFP_KSWAPD_RECLAIM"}},
        {"GFP_NOWAIT", {"__GFP_KSWAPD_RECLAIM"}},
        {"GFP_KERNEL", with({"__GFP_IO", "__GFP_FS"})},
        {"GFP_KERNEL_ACCOUNT", with({"__GFP_IO", "__GFP_FS", "__GFP_ACCOUNT"})},
        {"GFP_NOIO", with({})},
        {"GFP_NOFS", with({"__GFP_IO"})},
        {"GFP_USER", with({"__GFP_IO", "__GFP_FS", "__GFP_HARDWALL"})},
        {"GFP_TEMPORARY", with({"__GFP_IO", "__GFP_FS", "__GFP_RECLAIMABLE"})},
        {"GFP_DMA", {"__GFP_DMA"}},
        {"GFP_DMA32", {"__GFP_DMA32"}},
        {"GFP_HIGHUSER", with({"__GFP_IO", "__GFP_FS", "__GFP_HARDWALL", "__GFP_HIGHMEM"})},
        {"GFP_HIGHUSER_MOVABLE",
         with({"__GFP_IO", "__GFP_FS", "__GFP_HARDWALL", "__GFP_HIGHMEM", "__GFP_MOVABLE"})},
        {"GFP_TRANSHUGE_LIGHT",
         {"__GFP_IO", "__GFP_FS", "__GFP_HARDWALL", "__GFP_HIGHMEM", "__GFP_MOVABLE", "__GFP_COMP",
          "__GFP_NOMEMALLOC", "__GFP_NOWARN"}},
        {"GFP_TRANSHUGE",
         {"__GFP_IO", "__GFP_FS", "__GFP_HARDWALL", "__GFP_HIGHMEM", "__GFP_MOVABLE", "__GFP_COMP",
          "__GFP_NOMEMALLOC", "__GFP_NOWARN", "__GFP_DIRECT_RECLAIM"}},
        {"__GFP_RECLAIM", reclaim},
    };
    return all;
}

const Composite* find_composite(std::string_view name) {
    const auto& all = composites();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [name](const Composite& one) { return one.name == name; });
    return found == all.end() ? nullptr : &*found;
}

// The first of "GFP_KERNEL|__GFP_COMP", which is cut off.
std::string_view take_name(std::string_view& names) {
    const auto name = names.substr(0, names.find('|'));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    return name;
}

void add(GfpFlags& flags, std::string_view name) {
    if (!has_flag(flags, name))
        flags.names.emplace_back(name);
}

} // namespace

std::optional<GfpFlags> decode_gfp(std::uint32_t mask, KernelVersion version) {
    if (version < oldest_known)
        return std::nullopt;
    GfpFlags flags;
    flags.unknown = mask;
    const std::span<const Bit> bits =
        version < v5_1 ? std::span<const Bit>(before_5_1) : std::span<const Bit>(from_5_1);
    for (const auto& bit : bits) {
        if ((mask & bit.mask) == 0 || version < bit.since || version >= bit.until)
            continue;
        add(flags, bit.name);
        flags.unknown &= ~bit.mask;
    }
    return flags;
}

KernelVersion version_of_mask(std::uint32_t mask) {
    constexpr std::uint32_t kswapd_reclaim = 0x2000000;
    return (mask & kswapd_reclaim) != 0 ? KernelVersion{4, 5, 0} : KernelVersion{3, 10, 0};
}

bool has_unknown_composite(std::string_view names) {
    while (!names.empty()) {
        const auto name = take_name(names);
        if (name.starts_with("GFP_") && find_composite(name) == nullptr)
            return true;
    }
    return false;
}

GfpFlags parse_gfp_names(std::string_view names, std::optional<KernelVersion> version) {
    GfpFlags flags;
    while (!names.empty()) {
        const auto name = take_name(names);
        if (const auto* composite = find_composite(name)) {
            for (const auto part : composite->parts)
                add(flags, part);
            if (name == "GFP_ATOMIC" && version && *version >= v4_4 && *version < v6_3)
                add(flags, "__GFP_ATOMIC");
        } else if (name.starts_with("0x")) {
            std::uint32_t bits = 0;
            const auto digits = name.substr(2);
            std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
            flags.unknown |= bits;
        } else if (!name.empty()) {
            add(flags, name);
        }
    }
    return flags;
}

bool has_flag(const GfpFlags& flags, std::string_view name) {
    return std::find(flags.names.begin(), flags.names.end(), name) != flags.names.end();
}

bool can_wait(const GfpFlags& flags) {
    return has_flag(flags, "__GFP_WAIT") || has_flag(flags, "__GFP_DIRECT_RECLAIM");
}

} // namespace kmemcgd
