// SPDX-License-Identifier: GPL-2.0-only
#include "render/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint64_t ns_per_min = 60 * ns_per_s;
constexpr std::uint64_t ns_per_h = 60 * ns_per_min;
constexpr std::uint64_t ns_per_day = 24 * ns_per_h;

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array durations = {
    Unit{"ns", 1},           Unit{"us", ns_per_us}, Unit{"ms", ns_per_ms},
    Unit{"s", ns_per_s},     Unit{"sec", ns_per_s}, Unit{"m", ns_per_min},
    Unit{"min", ns_per_min}, Unit{"h", ns_per_h},   Unit{"d", ns_per_day},
};

constexpr std::uint64_t kib = 1024;
constexpr std::array sizes = {
    Unit{"", 1},
    Unit{"B", 1},
    Unit{"k", kib},
    Unit{"K", kib},
    Unit{"KiB", kib},
    Unit{"M", kib* kib},
    Unit{"MiB", kib* kib},
    Unit{"G", kib* kib* kib},
    Unit{"GiB", kib* kib* kib},
    Unit{"T", kib* kib* kib* kib},
    Unit{"TiB", kib* kib* kib* kib},
};

struct Quantified {
    std::uint64_t whole = 0;
    std::uint64_t fraction = 0; // of 10^fraction_digits
    std::uint64_t fraction_base = 1;
    std::string_view unit;
};

// Digits, perhaps a point and digits, perhaps blanks, the unit. No sign, no
// exponent, and no locale: what a script wrote must mean the same everywhere.
std::optional<Quantified> split(std::string_view text) {
    Quantified parts;
    const auto* const end = text.data() + text.size();
    auto [next, error] = std::from_chars(text.data(), end, parts.whole);
    if (error != std::errc{})
        return std::nullopt;
    if (next != end && *next == '.') {
        const auto* const first = ++next;
        while (next != end && *next >= '0' && *next <= '9' && next - first < 9) {
            parts.fraction = parts.fraction * 10 + static_cast<std::uint64_t>(*next++ - '0');
            parts.fraction_base *= 10;
        }
        if (next == first)
            return std::nullopt;
    }
    while (next != end && *next == ' ')
        ++next;
    parts.unit = std::string_view(next, static_cast<std::size_t>(end - next));
    return parts;
}

// Exact: 0.5 of a unit that cannot be halved is an error, not a rounding.
std::optional<std::uint64_t> scale(const Quantified& parts, std::uint64_t factor) {
    __extension__ using Wide = unsigned __int128;
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    // Beyond it, what is scaled would not fit into 128 bits either.
    if (parts.whole > largest / factor)
        return std::nullopt;
    const Wide scaled =
        Wide{parts.whole} * factor * parts.fraction_base + Wide{parts.fraction} * factor;
    if (scaled % parts.fraction_base != 0)
        return std::nullopt;
    const Wide value = scaled / parts.fraction_base;
    if (value > largest)
        return std::nullopt;
    return static_cast<std::uint64_t>(value);
}

std::string with_unit(std::uint64_t value, std::uint64_t factor, std::string_view unit) {
    const auto tenths = static_cast<double>(value) / static_cast<double>(factor);
    return tenths < 99.95 ? fmt::format("{:.1f} {}", tenths, unit)
                          : fmt::format("{:.0f} {}", tenths, unit);
}

} // namespace

std::string format_count(std::uint64_t value) {
    std::string digits = std::to_string(value);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, 1, ',');
    }
    return digits;
}

std::string format_bytes(std::uint64_t bytes) {
    if (bytes < kib)
        return fmt::format("{} B", bytes);
    if (bytes < kib * kib)
        return with_unit(bytes, kib, "KiB");
    if (bytes < kib * kib * kib)
        return with_unit(bytes, kib * kib, "MiB");
    if (bytes < kib * kib * kib * kib)
        return with_unit(bytes, kib * kib * kib, "GiB");
    return with_unit(bytes, kib * kib * kib * kib, "TiB");
}

std::string format_duration_ns(std::uint64_t ns) {
    if (ns < ns_per_us)
        return fmt::format("{} ns", ns);
    if (ns < ns_per_ms)
        return with_unit(ns, ns_per_us, "us");
    if (ns < ns_per_s)
        return with_unit(ns, ns_per_ms, "ms");
    if (ns < 2 * ns_per_min)
        return with_unit(ns, ns_per_s, "s");
    if (ns < ns_per_h)
        return fmt::format("{} min {} s", ns / ns_per_min, ns % ns_per_min / ns_per_s);
    if (ns < ns_per_day)
        return fmt::format("{} h {} min", ns / ns_per_h, ns % ns_per_h / ns_per_min);
    return fmt::format("{} d {} h", ns / ns_per_day, ns % ns_per_day / ns_per_h);
}

std::string format_permille(std::uint64_t permille) {
    return fmt::format("{}.{} %", permille / 10, permille % 10);
}

std::string format_share(double share) {
    return fmt::format("{:.1f} %", share * 100.0);
}

Result<std::uint64_t> parse_duration_ns(std::string_view text, std::uint64_t bare_unit_ns) {
    constexpr auto hint = "write it like 250us, 30s, 1.5h or 7d";
    const auto parts = split(text);
    if (!parts)
        return usage_error(fmt::format("\"{}\" is not a duration", text), hint);
    std::uint64_t factor = 0;
    if (parts->unit.empty())
        factor = bare_unit_ns;
    for (const auto& unit : durations) {
        if (unit.name == parts->unit)
            factor = unit.factor;
    }
    if (factor == 0 && parts->unit.empty() && parts->whole == 0 && parts->fraction == 0)
        return std::uint64_t{0};
    if (factor == 0)
        return usage_error(fmt::format("\"{}\" needs a unit of time", text), hint);
    if (const auto ns = scale(*parts, factor))
        return *ns;
    return usage_error(fmt::format("\"{}\" is out of range", text), hint);
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr auto hint = "write it like 4096, 64K, 1.5M or 2GiB; K is 1024";
    const auto parts = split(text);
    if (!parts)
        return usage_error(fmt::format("\"{}\" is not a size", text), hint);
    for (const auto& unit : sizes) {
        if (unit.name != parts->unit)
            continue;
        if (const auto bytes = scale(*parts, unit.factor))
            return *bytes;
        return usage_error(fmt::format("\"{}\" is not a whole number of bytes", text), hint);
    }
    return usage_error(fmt::format("\"{}\" has an unknown unit", text), hint);
}

Result<std::uint64_t> parse_percent_as_permille(std::string_view text) {
    const auto parts = split(text);
    if (!parts || parts->unit != "%")
        return usage_error(fmt::format("\"{}\" is not a percentage", text), "write it like 2.5%");
    if (const auto permille = scale(*parts, 10))
        return *permille;
    return usage_error(fmt::format("\"{}\" is finer than 0.1 %", text),
                       "steps of 0.1 % are possible");
}

Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t most) {
    const auto parts = split(text);
    const bool whole = parts && parts->unit.empty() && parts->fraction_base == 1;
    if (whole && parts->whole <= most)
        return parts->whole;
    // Of more than 64 bits there are no parts.
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
    return usage_error(
        fmt::format("\"{}\" is {}", text, whole || digits ? "far too large" : "not a whole number"),
        "");
}

Result<bool> parse_boolean(std::string_view text) {
    for (const auto* word : {"1", "on", "yes", "true"}) {
        if (text == word)
            return true;
    }
    for (const auto* word : {"0", "off", "no", "false"}) {
        if (text == word)
            return false;
    }
    return usage_error(fmt::format("\"{}\" is neither on nor off", text), "write on or off");
}

} // namespace kmemcgd
