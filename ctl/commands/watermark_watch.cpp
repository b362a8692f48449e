// SPDX-License-Identifier: GPL-2.0-only
#include "commands/event_lines.hpp"
#include "commands/options.hpp"
#include "commands/targets.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct WatchOptions {
    std::vector<std::string> targets;
    std::optional<std::uint64_t> count;
    std::string duration;
};

// Patterns and not what they match now, so that cgroups that come later are seen.
Result<std::vector<Pattern>> parse_patterns(const Context& context,
                                            const std::vector<std::string>& words) {
    std::vector<Pattern> patterns;
    for (const auto& word : words) {
        auto pattern = Pattern::parse(context, word);
        if (!pattern)
            return pattern.error();
        // A typo would wait for ever.
        if (const auto found = live_targets(context, *pattern); !found)
            return found.error();
        patterns.push_back(std::move(*pattern));
    }
    return patterns;
}

// Older kernels can't keep the unprivileged out of a group: then the module
// sends nothing, and this would wait for ever.
Status can_have_events(const Info& info) {
    for (const auto& capability : info.capabilities) {
        if (capability.name != "watermark-events" || capability.present)
            continue;
        return Error{.fault = Fault::unsupported,
                     .message = fmt::format("there are no events of watermarks on this kernel: {}",
                                            capability.reason),
                     .hint = "kmemcgctl watermark show has the same numbers"};
    }
    return success();
}

Outcome run_watch(Context& context, const WatchOptions& options) {
    const auto patterns = parse_patterns(context, options.targets);
    if (!patterns)
        return patterns.error();
    auto listening = listen(context, options.duration, EventGroups::watermarks);
    if (!listening)
        return listening.error();
    if (const auto possible = can_have_events(listening->client.info()); !possible)
        return possible.error();
    return print_events(context, *listening, options.count, [&](const Event& event) {
        const auto* watch = watch_of(event);
        return watch != nullptr &&
               (patterns->empty() ||
                std::any_of(patterns->begin(), patterns->end(), [&](const auto& pattern) {
                    return pattern.matches(watch->id, watch->path);
                }));
    });
}

} // namespace

void add_watermark_watch(Options& watermark, Context& context) {
    auto watch = watermark.subcommand("watch", "print events of watermarks as they come");
    auto wanted = std::make_shared<WatchOptions>();
    watch.words("TARGET", wanted->targets, "only these: paths, ids, or quoted globs", false);
    watch.text("--duration", wanted->duration, "DURATION", "end after that time");
    watch.number("--count", wanted->count, "end after that many events");
    watch.run(context, [wanted](Context& at_run) { return run_watch(at_run, *wanted); });
}

} // namespace kmemcgd
