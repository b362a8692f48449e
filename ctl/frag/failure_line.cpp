// SPDX-License-Identifier: GPL-2.0-only
#include "frag/failure_line.hpp"

#include "frag/log_number.hpp"

#include <algorithm>
#include <array>

namespace kmemcgd {
namespace {

constexpr std::string_view marker = "page allocation failure";

bool has(std::string_view line, std::string_view text) {
    return line.find(text) != std::string_view::npos;
}

// The task in front of the marker, and the marker.
struct Header {
    std::string_view task;
    std::string_view rest;
};

std::optional<Header> find_header(std::string_view line, std::string_view before) {
    constexpr std::string_view separator = ": ";
    if (line.starts_with(marker)) {
        before = before.substr(0, before.find_last_not_of(' ') + 1);
        if (!before.ends_with(':'))
            return Header{{}, line};
        before.remove_suffix(1);
        return Header{before, line};
    }
    const auto at = line.find(marker);
    if (at == std::string_view::npos || !line.substr(0, at).ends_with(separator))
        return std::nullopt;
    return Header{line.substr(0, at - separator.size()), line.substr(at)};
}

} // namespace

std::optional<AllocationFailure> parse_failure(std::string_view line, std::string_view before) {
    const auto header = find_header(line, before);
    if (!header)
        return std::nullopt;
    AllocationFailure failure;
    failure.task = header->task;
    const auto order = number_after<std::uint32_t>(header->rest, "order:");
    const auto mode = text_after(header->rest, "mode:0x");
    const auto mask = mode ? leading_number<std::uint32_t>(*mode, 16) : std::nullopt;
    if (!order || *order > highest_order || !mask)
        return std::nullopt;
    failure.order = *order;
    failure.mask = *mask;
    const auto behind = mode->find_first_not_of("0123456789abcdefABCDEF");
    if (behind != std::string_view::npos && (*mode)[behind] == '(') {
        const auto names = mode->substr(behind + 1);
        failure.flags = names.substr(0, names.find(')'));
    }
    // "(null)" is no list, and no limit.
    if (const auto nodes = text_after(*mode, "nodemask="))
        failure.nodemask = NodeSet::parse(*nodes);
    failure.mems_allowed = parse_mems_allowed(*mode);
    return failure;
}

// The release is the word before "#", and behind what taints it.
std::optional<KernelVersion> parse_task_version(std::string_view line) {
    if (!has(line, "Comm:") && !has(line, "comm:"))
        return std::nullopt;
    const auto head = line.substr(0, line.rfind(" #"));
    if (head.size() == line.size())
        return std::nullopt;
    const auto space = head.rfind(' ');
    return space == std::string_view::npos ? std::nullopt
                                           : parse_kernel_version(head.substr(space + 1));
}

std::optional<std::string_view> parse_boot(std::string_view line) {
    constexpr std::string_view key = "Linux version ";
    return line.starts_with(key) ? std::optional(line.substr(key.size())) : std::nullopt;
}

bool begins_other_report(std::string_view line) {
    constexpr std::array<std::string_view, 4> beginnings{
        "invoked oom-killer", "Show Memory", "vmalloc: allocation failure", "vmalloc error"};
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [line](std::string_view beginning) { return has(line, beginning); });
}

bool names_netns_cache(std::string_view line) {
    return has(line, "memcg_alloc_cache_params") || has(line, "nf_conntrack_init_net");
}

std::optional<NodeSet> parse_mems_allowed(std::string_view line) {
    const auto nodes = text_after(line, "mems_allowed=");
    return nodes ? NodeSet::parse(*nodes) : std::nullopt;
}

} // namespace kmemcgd
