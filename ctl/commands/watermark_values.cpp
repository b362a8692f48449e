// SPDX-License-Identifier: GPL-2.0-only
#include "commands/watermark_values.hpp"

#include "commands/options.hpp"
#include "render/table.hpp"
#include "render/units.hpp"

#include <limits>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// The largest means "own" for some.
Result<std::uint64_t> parse_number(std::string_view text) {
    return parse_count(text, std::numeric_limits<std::uint32_t>::max() - 1);
}

Status take_swappiness(std::string_view text, std::optional<std::uint32_t>& out) {
    constexpr std::string_view option = "--swappiness";
    if (text == "own") {
        out = KMEMCGD_WMARK_SWAPPINESS_OWN;
        return success();
    }
    if (auto taken = take_value(option, text, parse_number, out); !taken) {
        taken.error().hint = "a number, or own for the cgroup's own";
        return taken;
    }
    return success();
}

std::string_view without_percent(std::string_view text) {
    if (text.size() > 1 && text.ends_with('%'))
        text.remove_suffix(1);
    return text;
}

} // namespace

void WatermarkOptions::declare(Options& options) {
    options.text("--ratio", ratio, "PERCENT", "the high mark, of the limit; 0: off");
    options.text("--scale-factor", scale_factor, "N",
                 "the gap to the low mark, in 1/10000 of the limit (50)");
    options.text("--high-headroom", high_headroom, "SIZE",
                 "the high mark as the limit less this; 0: the ratio counts");
    options.text("--low-headroom", low_headroom, "SIZE",
                 "the low mark as the limit less this; 0: the scale factor counts");
    options.text("--swap", swap, "yes|no", "swap anonymous memory out as well (no)");
    options.text("--swappiness", swappiness, "N|own",
                 "instead of the cgroup's own; own: that again");
}

bool WatermarkOptions::empty() const {
    return ratio.empty() && scale_factor.empty() && high_headroom.empty() && low_headroom.empty() &&
           swap.empty() && swappiness.empty();
}

Result<WatermarkChange> WatermarkOptions::parse() const {
    WatermarkChange change;
    const Status taken[] = {
        take_value("--ratio", without_percent(ratio), parse_number, change.ratio),
        take_value("--scale-factor", scale_factor, parse_number, change.scale_factor),
        take_value("--high-headroom", high_headroom, parse_bytes, change.high_headroom_bytes),
        take_value("--low-headroom", low_headroom, parse_bytes, change.low_headroom_bytes),
        take_value("--swap", swap, parse_boolean, change.swap),
        take_swappiness(swappiness, change.swappiness),
    };
    if (const auto failed = first_failure(taken); !failed)
        return failed.error();
    return change;
}

std::vector<PolicyRow> policy_rows(const WatermarkPolicy& policy) {
    const auto headroom = [](std::uint64_t bytes) {
        return bytes == 0 ? std::string("-") : format_bytes(bytes);
    };
    const auto plain = [](auto value) { return std::to_string(value); };
    return {{"ratio", policy.off() ? "off" : fmt::format("{} %", policy.ratio), plain(policy.ratio),
             "the high mark, of the limit"},
            {"scale_factor", plain(policy.scale_factor), plain(policy.scale_factor),
             "the gap to the low mark, in 1/10000 of the limit"},
            {"high_headroom_bytes", headroom(policy.high_headroom_bytes),
             plain(policy.high_headroom_bytes), "the high mark is the limit less this"},
            {"low_headroom_bytes", headroom(policy.low_headroom_bytes),
             plain(policy.low_headroom_bytes), "the low mark is the limit less this"},
            {"swap", policy.swap != 0 ? "yes" : "no", plain(policy.swap),
             "anonymous memory is swapped out as well"},
            {"swappiness", policy.swappiness ? plain(*policy.swappiness) : "own",
             policy.swappiness ? plain(*policy.swappiness) : "-", "instead of the cgroup's own"}};
}

void print_policies(const Context& context, std::span<const WatermarkPolicy> policies) {
    Table table({{"RATIO", "ratio", true},
                 {"SCALE FACTOR", "scale_factor", true},
                 {"HIGH HEADROOM", "high_headroom_bytes", true},
                 {"LOW HEADROOM", "low_headroom_bytes", true},
                 {"SWAP", "swap"},
                 {"SWAPPINESS", "swappiness", true},
                 {"ID", "id", true},
                 {"PATH", "path"}});
    for (const auto& policy : policies) {
        std::vector<Cell> cells;
        for (auto& row : policy_rows(policy))
            cells.push_back({std::move(row.human), std::move(row.plain)});
        const auto id = policy.id ? std::to_string(*policy.id) : "-";
        cells.push_back({id, id});
        cells.push_back(text_cell(policy.id ? policy.path : "default"));
        table.add(std::move(cells));
    }
    table.print(context.out(), context.human(), context.paint());
}

} // namespace kmemcgd
