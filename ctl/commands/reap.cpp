// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"
#include "commands/cgroup_path.hpp"
#include "commands/listen.hpp"
#include "commands/options.hpp"
#include "commands/pass_wait.hpp"
#include "commands/zombie_lookup.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

struct ReapOptions {
    std::string which;
    bool capped = false;
    bool wait = false;
    std::string timeout;
};

using Ids = std::vector<std::uint64_t>;

// Empty: all zombies.
Result<Ids> find_targets(const Context& context, Client& client, const std::string& which) {
    if (which.empty())
        return Ids{};
    if (const auto id = parse_memcg_id(which))
        return Ids{*id};
    const auto path = path_in_hierarchy(context, which);
    if (!path)
        return path.error();
    const auto zombies = zombies_with_path(client, *path);
    if (!zombies) {
        const auto live = live_memcg_id(context, *path);
        if (zombies.error().error_number == ENOENT && live && *live)
            return Error{.message = fmt::format("{} is alive", *path),
                         .hint = "only zombies can be reaped; for the living there is "
                                 "memory.reclaim"};
        return zombies.error();
    }
    Ids ids;
    for (const auto& zombie : *zombies)
        ids.push_back(zombie.id);
    return ids;
}

struct Started {
    std::uint64_t pass = 0;
    Ids gone; // freed before we could ask
};

Result<Started> start(Client& client, const Ids& targets, bool capped) {
    Started started;
    if (targets.empty()) {
        const auto pass = client.reap(std::nullopt, capped);
        if (!pass)
            return pass.error();
        started.pass = *pass;
        return started;
    }
    for (const auto id : targets) {
        const auto pass = client.reap(id, capped);
        if (!pass && pass.error().error_number == ENOENT && targets.size() > 1) {
            started.gone.push_back(id);
            continue;
        }
        if (!pass) {
            auto error = pass.error();
            error.message = fmt::format("cannot reap {}: {}", id, error.message);
            return error;
        }
        started.pass = std::max(started.pass, *pass);
    }
    return started;
}

void print_started(const Context& context, const Started& started, const Ids& targets) {
    if (context.json()) {
        auto document = json_document();
        document["pass_id"] = started.pass;
        document["targets"] = targets;
        context.print_document(document);
        return;
    }
    if (!context.human()) {
        context.out() << fmt::format("pass_id\t{}\n", started.pass);
        return;
    }
    context.out() << fmt::format(
        "pass {} will visit {}; kmemcgctl zombies watch shows it work\n", started.pass,
        targets.empty() ? std::string("all zombies") : fmt::format("{}", fmt::join(targets, ", ")));
}

// Which of them are still there; asking for each is cheap, they are few.
Result<std::vector<Memcg>> still_there(Client& client, const Ids& targets) {
    std::vector<Memcg> left;
    for (const auto id : targets) {
        const auto memcg = client.memcg(id);
        if (memcg)
            left.push_back(*memcg);
        else if (memcg.error().error_number != ENOENT)
            return memcg.error();
    }
    return left;
}

std::string end_name(PassWait::End end) {
    switch (end) {
    case PassWait::End::timed_out:
        return "timed-out";
    case PassWait::End::interrupted:
        return "interrupted";
    case PassWait::End::unloaded:
        return "unloaded";
    case PassWait::End::finished:
        break;
    }
    return "finished";
}

void print_summary(const Context& context, const PassWait& wait, const Started& started,
                   const Ids& targets, const std::vector<Memcg>& left) {
    if (context.json()) {
        auto document = json_document();
        document["pass_id"] = started.pass;
        document["end"] = end_name(wait.end);
        document["events_lost"] = wait.events_lost;
        document["pass"] = wait.pass ? to_json(*wait.pass) : Json(nullptr);
        document["targets"] = targets;
        auto& memcgs = document["targets_left"] = Json::array();
        for (const auto& memcg : left)
            memcgs.push_back(to_json(memcg));
        context.print_document(document);
        return;
    }
    auto& out = context.out();
    if (wait.pass) {
        const auto& pass = *wait.pass;
        if (context.human())
            out << fmt::format("pass {}: {} visited, {} freed, {} left; took {}, CPU {}\n", pass.id,
                               format_count(pass.visited), format_count(pass.freed),
                               format_count(pass.left), format_duration_ns(pass.duration_ns),
                               format_duration_ns(pass.cpu_ns));
        else
            out << fmt::format("pass_id\t{}\nvisited\t{}\nfreed\t{}\nleft\t{}\nduration_ns\t{}\n"
                               "cpu_ns\t{}\n",
                               pass.id, pass.visited, pass.freed, pass.left, pass.duration_ns,
                               pass.cpu_ns);
    }
    for (const auto& memcg : left)
        context.err() << fmt::format("kmemcgctl: {} ({}) is still there, held by: {}\n", memcg.id,
                                     printable(memcg.path), pin_name(memcg.pin));
}

Outcome conclude(const Context& context, Client& client, const PassWait& wait,
                 const Started& started, const Ids& targets) {
    if (wait.end == PassWait::End::unloaded)
        return module_unloaded("before the pass ended");
    const auto left = still_there(client, targets);
    if (!left)
        return left.error();
    print_summary(context, wait, started, targets, *left);
    if (wait.end == PassWait::End::finished)
        return left->empty() ? exit_ok : exit_partial;
    context.err() << fmt::format("kmemcgctl: {} before pass {} ended; the daemon goes on\n",
                                 wait.end == PassWait::End::timed_out ? "timed out" : "interrupted",
                                 started.pass);
    return exit_partial;
}

Outcome reap_without_waiting(const Context& context, const ReapOptions& options) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto targets = find_targets(context, *client, options.which);
    if (!targets)
        return targets.error();
    const auto started = start(*client, *targets, options.capped);
    if (!started)
        return started.error();
    print_started(context, *started, *targets);
    return exit_ok;
}

Outcome run_reap(Context& context, const ReapOptions& options) {
    if (!options.wait && !options.timeout.empty())
        return usage_error("--timeout needs --wait");
    if (!options.wait)
        return reap_without_waiting(context, options);

    // Before asking: the pass may end while the answer is under way.
    auto listening = listen(context, options.timeout, EventGroups::passes);
    if (!listening)
        return listening.error();
    auto& client = listening->client;
    const auto targets = find_targets(context, client, options.which);
    if (!targets)
        return targets.error();
    const auto started = start(client, *targets, options.capped);
    if (!started)
        return started.error();

    std::function<void(const Stats&)> progress;
    if (context.world->err_is_terminal && !context.json())
        progress = [&context, &started](const Stats& stats) {
            context.err() << fmt::format("\r\033[Kpass {}: {} zombies left", started->pass,
                                         format_count(stats.left))
                          << std::flush;
        };
    const auto wait = wait_for_pass(context, client, listening->events, started->pass,
                                    listening->deadline, progress);
    if (progress)
        context.err() << "\r\033[K" << std::flush;
    if (!wait)
        return wait.error();
    return conclude(context, client, *wait, *started, *targets);
}

} // namespace

void add_reap(Options& zombies, Context& context) {
    auto reap = zombies.subcommand(
        "reap", "free zombies now: no CPU cap and no backoff until the pass ends");
    auto wanted = std::make_shared<ReapOptions>();
    reap.positional("ID|PATH", wanted->which, "only this one; by default all of them", false);
    reap.flag("--capped", wanted->capped, "stay under the CPU cap: slower, and nobody notices");
    reap.flag("--wait", wanted->wait, "wait for the pass to end");
    reap.text("--timeout", wanted->timeout, "DURATION", "wait no longer than that");
    reap.run(context, [wanted](Context& at_run) { return run_reap(at_run, *wanted); });
}

} // namespace kmemcgd
