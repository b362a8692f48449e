// SPDX-License-Identifier: GPL-2.0-only
#include "commands/qos_values.hpp"

#include "client/names.hpp"
#include "commands/options.hpp"
#include "render/nearest.hpp"
#include "render/table.hpp"
#include "render/units.hpp"

#include <limits>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// What a policy file calls a request that is left to the cgroup's own protection.
constexpr std::string_view by_protection = "memory.low";

Result<std::uint64_t> parse_number(std::string_view text) {
    return parse_count(text, std::numeric_limits<std::uint32_t>::max());
}

Error no_such_class(std::string_view text) {
    std::vector<std::string> names;
    for (const auto name : class_names())
        names.emplace_back(name);
    const auto meant = nearest(text, names);
    return usage_error(fmt::format("--class: there is no class \"{}\"", text),
                       meant ? fmt::format("did you mean {}?", *meant)
                             : fmt::format("{}, or a number from 0 to {}", fmt::join(names, ", "),
                                           KMEMCGD_CLASS_MAX));
}

Status take_class(std::string_view text, QosChange& change) {
    if (text.empty())
        return success();
    if (const auto named = named_class(text)) {
        change.qos_class = *named;
        return success();
    }
    if (text.find_first_not_of("0123456789") != std::string_view::npos)
        return no_such_class(text);
    return take_value("--class", text, parse_number, change.qos_class);
}

Status take_request(std::string_view text, QosChange& change) {
    if (text.empty())
        return success();
    change.request_bytes = 0;
    change.request_ratio = 0;
    if (text == by_protection)
        return success();
    if (text.ends_with('%')) {
        auto percent = parse_number(text.substr(0, text.size() - 1));
        if (!percent) {
            percent.error().hint = "write it like 300M, or 50% of its limit";
            return about("--request", percent.error());
        }
        change.request_ratio = static_cast<std::uint32_t>(*percent);
        return success();
    }
    return take_value("--request", text, parse_bytes, change.request_bytes);
}

} // namespace

void QosOptions::declare(Options& options) {
    options.text("--class", qos_class, "CLASS",
                 "besteffort (4), burstable (8), guaranteed (12), or 0 to 15; the lowest gives "
                 "first");
    options.text("--request", request, "SIZE|PERCENT",
                 "what is left to it, as 300M, or 50% of its limit; 0: only what memory.low and "
                 "memory.min protect");
    options.text("--swap", swap, "on|off", "swap anonymous memory out as well (off)");
}

bool QosOptions::empty() const {
    return qos_class.empty() && request.empty() && swap.empty();
}

Result<QosChange> QosOptions::parse() const {
    QosChange change;
    const Status taken[] = {take_class(qos_class, change), take_request(request, change),
                            take_value("--swap", swap, parse_boolean, change.swap)};
    if (const auto failed = first_failure(taken); !failed)
        return failed.error();
    return change;
}

std::string request_text(const Qos& qos) {
    const auto ratio = fmt::format("{} %", qos.request_ratio);
    if (qos.request_bytes == 0)
        return qos.request_ratio == 0 ? "-" : ratio;
    const auto bytes = format_bytes(qos.request_bytes);
    return qos.request_ratio == 0 ? bytes : fmt::format("{} or {}", bytes, ratio);
}

std::string qos_text(const Qos& qos) {
    auto text = class_name(qos.qos_class);
    if (const auto request = request_text(qos); request != "-")
        text += ", request " + request;
    return qos.swap != 0 ? text + ", swap yes" : text;
}

std::string overuse_text(const Qos& qos) {
    if (qos.protected_bytes == 0 && qos.overuse_permille != 0)
        return "all";
    return format_permille(qos.overuse_permille);
}

void print_classes(const Context& context, std::span<const Qos> memcgs) {
    Table table({{"CLASS", "class"},
                 {"STATE", "state"},
                 {"USAGE", "usage_bytes", true},
                 {"REQUEST", "request_bytes", true},
                 {"OF ITS LIMIT", "request_ratio", true, true},
                 {"PROTECTED", "protected_bytes", true},
                 {"OVERUSE", "overuse_permille", true},
                 {"TAKEN", "reclaimed_bytes", true},
                 {"CPU", "cpu_ns", true, true},
                 {"SWAP", "swap"},
                 {"ID", "id", true, true},
                 {"PATH", "path"}});
    const auto number = [](auto value) { return std::to_string(value); };
    for (const auto& qos : memcgs)
        table.add({{class_name(qos.qos_class), number(qos.qos_class)},
                   text_cell(qos_state_name(qos.state)),
                   bytes_cell(qos.usage_bytes),
                   {request_text(qos), number(qos.request_bytes)},
                   {number(qos.request_ratio), number(qos.request_ratio)},
                   bytes_cell(qos.protected_bytes),
                   {overuse_text(qos), number(qos.overuse_permille)},
                   bytes_cell(qos.reclaimed_bytes),
                   {format_duration_ns(qos.cpu_ns), number(qos.cpu_ns)},
                   {qos.swap != 0 ? "yes" : "no", number(qos.swap)},
                   {number(qos.id), number(qos.id)},
                   // Gone, or longer than a path may be.
                   qos.path.empty() ? empty_cell() : text_cell(qos.path)});
    table.print(context.out(), context.human(), context.paint());
}

} // namespace kmemcgd
