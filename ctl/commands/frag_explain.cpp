// SPDX-License-Identifier: GPL-2.0-only
// "frag explain": what "page allocation failure" in a kernel's log means.
#include "client/system.hpp"
#include "commands/command.hpp"
#include "commands/options.hpp"
#include "doctor/text_file.hpp"
#include "frag/explain.hpp"
#include "render/units.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kmemcgd {
namespace {

struct FragExplainOptions {
    std::string file = "-";
    std::string kernel;
};

constexpr std::size_t most_failures = 1000;
constexpr std::size_t most_bytes = std::size_t{64} << 20;

Result<std::string> read_all(std::istream& in, const std::string& name) {
    std::string text;
    std::array<char, 65536> part{};
    while (in.read(part.data(), part.size()) || in.gcount() > 0) {
        text.append(part.data(), static_cast<std::size_t>(in.gcount()));
        if (text.size() > most_bytes)
            return Error{.message = fmt::format("{} is larger than 64 MiB", name),
                         .hint = "give the part of the log that has the failures"};
    }
    if (in.bad())
        return system_error("cannot read " + name, errno);
    return text;
}

Result<std::string> read_log(const Context& context, const std::string& name) {
    if (name == "-") {
        if (context.world->in == nullptr)
            return Error{.message = "there is no standard input"};
        return read_all(*context.world->in, "the standard input");
    }
    std::ifstream file(name, std::ios::binary);
    if (!file)
        return system_error("cannot read " + name, errno);
    return read_all(file, name);
}

std::string version_text(const KernelVersion& version) {
    return version.major > 2 ? fmt::format("{}.{}", version.major, version.minor)
                             : fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

std::string_view source_of(VersionFrom from) {
    switch (from) {
    case VersionFrom::log:
        return "log";
    case VersionFrom::option:
        return "option";
    case VersionFrom::host:
        return "host";
    case VersionFrom::mask:
        return "mask";
    case VersionFrom::nowhere:
        break;
    }
    return "nowhere";
}

// Of a mask that had to be decoded.
std::string version_note(const Explanation& told) {
    const auto version = version_text(*told.version);
    if (told.version_from == VersionFrom::mask)
        return fmt::format("a log without names is from before 4.6; as of Linux {}, by the mask; "
                           "--kernel if you know better",
                           version);
    return fmt::format("as of Linux {} (from the {})", version, source_of(told.version_from));
}

std::string flags_text(const Explanation& told) {
    const auto mask = fmt::format("0x{:x}", told.failure.mask);
    if (!told.flags)
        return fmt::format("{}, which can't be told: Linux {} (from the {}) is older than {}", mask,
                           version_text(*told.version), source_of(told.version_from),
                           version_text(oldest_known));
    auto names = told.flags->names;
    if (told.flags->unknown != 0)
        names.push_back(fmt::format("0x{:x}", told.flags->unknown));
    auto text = fmt::format("{} = {}", mask,
                            names.empty() ? "none" : fmt::format("{}", fmt::join(names, "|")));
    if (told.failure.flags.empty())
        text += "; " + version_note(told);
    return text;
}

std::string_view caller_text(const Explanation& told) {
    if (!*told.could_wait)
        return "could not wait: only what was free in that moment counted";
    if (told.failure.order == 0)
        return "could wait: the kernel reclaimed first, in vain; a single page needs no compaction";
    if (!told.could_compact)
        return "could wait: the kernel reclaimed first, in vain; it compacted as well, if it is "
               "4.10 or later: this caller may not enter a filesystem";
    if (*told.could_compact)
        return "could wait: the kernel reclaimed and compacted first, in vain";
    if (!has_flag(*told.flags, "__GFP_IO"))
        return "could wait: the kernel reclaimed first, in vain; it does not compact for a caller "
               "that may do no I/O";
    return "could wait: the kernel reclaimed first, in vain; it does not compact for a caller that "
           "may not enter a filesystem, before 4.10";
}

std::string_view cause_text(const Explanation& told) {
    if (!told.cause) {
        if (told.seen.empty())
            return "not told: the log has no Mem-Info behind it";
        return told.flags ? "not told: none of the zones in the log could serve it"
                          : "not told: the flags are not known";
    }
    switch (*told.cause) {
    case Verdict::fragmented:
        return "memory was free, but in pieces that are too small";
    case Verdict::shortage:
        return "memory was short";
    case Verdict::fits:
        break;
    }
    return "a block was free a moment later, when the log was written";
}

std::string zone_text(const SeenZone& seen) {
    auto text = fmt::format(
        "node {} {}: {} free, {}", seen.node, printable(seen.zone), format_bytes(seen.free_bytes),
        seen.largest_bytes ? "in blocks of up to " + format_bytes(*seen.largest_bytes)
                           : std::string("in no block"));
    if (!seen.could_serve)
        return text + "; not for this one";
    if (seen.view && seen.view->index_permille)
        text += fmt::format(", fragmentation index {:.3f}", *seen.view->index_permille / 1000.0);
    return text;
}

void print_human(const Context& context, const Explanation& told) {
    auto& out = context.out();
    const auto paint = context.paint();
    const auto row = [&](std::string_view name, std::string_view text) {
        out << "  " << paint.bold(fmt::format("{:<8}", name)) << printable(text) << '\n';
    };
    const auto& task = told.failure.task;
    out << fmt::format("line {}: {} wanted order {}: {} page{} in a row, {}{}\n", told.failure.line,
                       task.empty() ? "a task" : printable(task), told.failure.order, told.pages,
                       told.pages == 1 ? "" : "s", format_bytes(told.bytes),
                       told.page_size_told ? "" : " with pages of 4 KiB");
    row("flags", flags_text(told));
    if (told.could_wait)
        row("caller", caller_text(told));
    if (!told.zones.empty())
        row("zones", fmt::format("{}, in this order", fmt::join(told.zones, ", ")));
    for (const auto& seen : told.seen)
        row("", zone_text(seen));
    row("cause", cause_text(told));
    for (const auto& who : told.likely)
        row("likely", who);
    for (const auto& what : told.advice)
        row("do", what);
}

void print_plain(const Context& context, const Explanation& told) {
    context.out() << fmt::format("{}\t{}\t{}\t{}\t0x{:x}\t{}\t{}\n", told.failure.line,
                                 printable(told.failure.task), told.failure.order, told.bytes,
                                 told.failure.mask,
                                 told.could_wait ? (*told.could_wait ? "1" : "0") : "-",
                                 told.cause ? verdict_name(*told.cause) : "-");
}

Json zone_json(const SeenZone& seen) {
    return {{"node", seen.node},
            {"zone", printable(seen.zone)},
            {"free_bytes", seen.free_bytes},
            {"largest_bytes", or_null(seen.largest_bytes)},
            {"could_serve", seen.could_serve},
            {"index_permille", seen.view && seen.view->index_permille
                                   ? Json(*seen.view->index_permille)
                                   : Json(nullptr)}};
}

Json to_json(const Explanation& told) {
    auto zones = Json::array();
    for (const auto& seen : told.seen)
        zones.push_back(zone_json(seen));
    Json flags = nullptr;
    if (told.flags) {
        flags = Json::array();
        for (const auto& name : told.flags->names)
            flags.push_back(printable(name));
    }
    return {{"line", told.failure.line},
            {"task", printable(told.failure.task)},
            {"order", told.failure.order},
            {"pages", told.pages},
            {"bytes", told.bytes},
            {"mask", told.failure.mask},
            {"flags", std::move(flags)},
            {"unknown_bits", told.flags ? Json(told.flags->unknown) : Json(nullptr)},
            {"kernel", told.version ? Json(version_text(*told.version)) : Json(nullptr)},
            {"kernel_from", source_of(told.version_from)},
            {"could_wait", or_null(told.could_wait)},
            {"could_compact", or_null(told.could_compact)},
            {"zones", told.zones},
            {"seen", std::move(zones)},
            {"cause", told.cause ? Json(verdict_name(*told.cause)) : Json(nullptr)},
            {"likely", told.likely},
            {"advice", told.advice}};
}

Result<VersionHints> version_hints(const Context& context, const std::string& option) {
    VersionHints hints;
    if (!option.empty()) {
        hints.option = parse_kernel_version(option);
        if (!hints.option)
            return usage_error(fmt::format("--kernel: \"{}\" is no version", option),
                               "such as 3.10 or 5.10.0-21-amd64");
    }
    const auto release = read_text_file(std::filesystem::path(context.world->host_root) /
                                        "proc/sys/kernel/osrelease");
    if (release)
        hints.host = parse_kernel_version(*release);
    return hints;
}

Outcome run_frag_explain(Context& context, const FragExplainOptions& options) {
    const auto hints = version_hints(context, options.kernel);
    if (!hints)
        return hints.error();
    const auto log = read_log(context, options.file);
    if (!log)
        return log.error();
    auto failures = find_failures(*log, most_failures + 1);
    if (failures.empty())
        return Error{.message = "no line has a \"page allocation failure\" with its order and mode",
                     .hint = "journalctl -k | kmemcgctl frag explain"};
    const bool more = failures.size() > most_failures;
    if (more)
        failures.pop_back();
    auto document = json_document();
    auto& list = document["failures"] = Json::array();
    bool first = true;
    for (auto& failure : failures) {
        const auto told = explain(std::move(failure), *hints);
        if (context.json()) {
            list.push_back(to_json(told));
        } else if (context.human()) {
            context.out() << (first ? "" : "\n");
            print_human(context, told);
        } else {
            print_plain(context, told);
        }
        first = false;
    }
    if (context.json())
        context.print_document(document);
    if (!more)
        return exit_ok;
    context.complain({.message = fmt::format("only the first {} failures", most_failures)});
    return exit_partial;
}

} // namespace

void add_frag_explain(Options& frag, Context& context) {
    auto explain =
        frag.subcommand("explain", "what \"page allocation failure\" in a kernel's log means");
    auto wanted = std::make_shared<FragExplainOptions>();
    explain.positional("FILE", wanted->file, "a log; - is the standard input (the default)", false);
    explain.text("--kernel", wanted->kernel, "VERSION",
                 "that wrote it, if it is not what the log or its masks say");
    explain.run(context, [wanted](Context& at_run) { return run_frag_explain(at_run, *wanted); });
}

} // namespace kmemcgd
