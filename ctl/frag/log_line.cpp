// SPDX-License-Identifier: GPL-2.0-only
#include "frag/log_line.hpp"

#include <algorithm>

namespace kmemcgd {
namespace {

constexpr std::string_view digits = "0123456789";

std::string_view without_blanks(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

// Cuts off the text up to and with the mark, which it returns without it; nothing where
// there is no mark.
std::string_view take_until(std::string_view& text, std::string_view mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos)
        return {};
    const auto head = text.substr(0, at);
    text.remove_prefix(at + mark.size());
    return head;
}

// /dev/kmsg: "4,12,100000000,-;" and maybe ",caller=T12" before the semicolon.
void take_kmsg(LogLine& line) {
    auto rest = line.text;
    auto head = take_until(rest, ";");
    if (!is_number(take_until(head, ",")) || !is_number(take_until(head, ",")) ||
        !is_number(take_until(head, ",")))
        return;
    line.text = rest;
    constexpr std::string_view key = "caller=";
    if (const auto at = head.find(key); at != std::string_view::npos) {
        head.remove_prefix(at + key.size());
        line.caller = head.substr(0, head.find(','));
    }
}

// dmesg -x: "kern  :warn  : ".
void take_facility(LogLine& line) {
    auto rest = line.text;
    if (without_blanks(take_until(rest, ":")) != "kern")
        return;
    if (!without_blanks(take_until(rest, ": ")).empty())
        line.text = rest;
}

// "[   T12]" behind the time.
void take_caller(LogLine& line) {
    auto rest = line.text;
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (!rest.starts_with('['))
        return;
    rest.remove_prefix(1);
    const auto caller = without_blanks(take_until(rest, "] "));
    if ((caller.starts_with('T') || caller.starts_with('C')) && is_number(caller.substr(1))) {
        line.text = rest;
        line.caller = caller;
    }
}

// "[  123.456789] ", or a date, with the caller behind it where it is printed.
void take_time(LogLine& line) {
    if (!line.text.starts_with('['))
        return;
    const auto end = line.text.find(']');
    if (end == std::string_view::npos || end + 1 >= line.text.size() ||
        (line.text[end + 1] != ' ' && line.text[end + 1] != '['))
        return;
    line.text.remove_prefix(end + 1);
    take_caller(line);
    if (line.text.starts_with(' '))
        line.text.remove_prefix(1);
}

// Android: "c0  1234 ", a CPU and a task.
void take_cpu(LogLine& line) {
    auto rest = line.text;
    const auto cpu = take_until(rest, " ");
    if (!cpu.starts_with('c') || !is_number(cpu.substr(1)))
        return;
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (is_number(take_until(rest, " "))) {
        line.text = rest;
        line.caller = cpu;
    }
}

} // namespace

LogLine split_log_line(std::string_view text) {
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    LogLine line{text, {}};
    take_until(line.text, "kernel: ");
    take_kmsg(line);
    take_facility(line);
    if (line.text.starts_with('<'))
        take_until(line.text, ">");
    take_time(line);
    take_cpu(line);
    return line;
}

} // namespace kmemcgd
