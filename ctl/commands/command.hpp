// SPDX-License-Identifier: GPL-2.0-only
// What every command gets, and how one is added: a line in the table of
// commands, and a function that declares its options and leaves an Action.
#pragma once

#include "client/client.hpp"
#include "client/transport.hpp"
#include "controller/waiter.hpp"
#include "frag/linux_compactor.hpp"
#include "frag/open_relief.hpp"
#include "metrics/server.hpp"
#include "render/json.hpp"
#include "render/text.hpp"
#include "top/screen.hpp"

#include <functional>
#include <istream>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace kmemcgd {

class Options;

// Everything that a command may touch of the world. Tests bring their own.
struct World {
    OpenTransport open_transport;
    const Clock* clock = nullptr;
    std::ostream* out = nullptr;
    std::ostream* err = nullptr;
    std::istream* in = nullptr; // there may be none
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool no_colour = false; // NO_COLOR is set
    unsigned columns = 80;
    std::string mountinfo = "/proc/self/mountinfo";
    std::string policy_file = "/etc/kmemcgd/policy.toml";
    std::string applied_file = "/run/kmemcgd/applied.json";
    // What the daemon needs: its wake-ups, and the service manager, which may be none.
    OpenWaiter open_waiter = {};
    std::function<void(const std::string& state)> notify = {}; // as sd_notify() takes it
    std::optional<std::chrono::nanoseconds> watchdog = {};     // to be told so often
    bool err_is_journal = false;
    std::string host_root = "/"; // where proc and sys are
    OpenMetricsServer open_metrics_server = open_http_server;
    OpenScreen open_screen = {}; // for "top"; there may be none
    OpenCompactor open_compactor = open_linux_compactor;
    OpenRelief open_relief = {}; // for the daemon; none: the host's
    bool is_process = false;     // which ends with the command: its priority may be lowered
};

enum class Format { automatic, human, plain, json };

struct Context;
using Outcome = Result<int>; // an exit code: 0, or 6 for "partial"
using Action = std::function<Outcome(Context&)>;

struct Context {
    World* world = nullptr;
    Format format = Format::automatic;
    std::string cgroup_root; // empty: look it up in mountinfo
    Action action;           // what the command line asked for
    std::string help_for;    // "help COMMAND"

    [[nodiscard]] bool json() const { return format == Format::json; }
    [[nodiscard]] bool human() const;
    [[nodiscard]] Paint paint() const;
    [[nodiscard]] std::ostream& out() const { return *world->out; }
    [[nodiscard]] std::ostream& err() const { return *world->err; }
    [[nodiscard]] TimePoint now() const { return world->clock->now(); }

    Result<Client> connect() const;
    void complain(const Error& error) const; // to the standard error stream
    // One object: the whole answer, or one line of a stream.
    void print_document(const Json& document) const;
    void print_line(const Json& document) const;
};

struct Command {
    const char* name;
    const char* summary;
    void (*add)(Options& options, Context& context);
};

std::span<const Command> commands();

// The whole program: parses, runs, prints errors; returns the exit code.
int run(World& world, std::span<const std::string> arguments);

// One each, in the file of that name.
void add_status(Options& options, Context& context);
void add_doctor(Options& options, Context& context);
void add_zombies(Options& options, Context& context);
void add_config(Options& options, Context& context);
void add_stats(Options& options, Context& context);
void add_metrics(Options& options, Context& context);
void add_monitor(Options& options, Context& context);
void add_features(Options& options, Context& context);
void add_memcg(Options& options, Context& context);
void add_version(Options& options, Context& context);
void add_watermark(Options& options, Context& context);
void add_qos(Options& options, Context& context);
void add_pressure(Options& options, Context& context);
void add_frag(Options& options, Context& context);
void add_top(Options& options, Context& context);
void add_policy(Options& options, Context& context);
void add_controller(Options& options, Context& context);
void add_help(Options& options, Context& context);

// Subcommands of "zombies", "watermark", "qos", "frag" and "policy" that have a file of their own.
void add_reap(Options& zombies, Context& context);
void add_watch(Options& zombies, Context& context);
void add_watermark_show(Options& watermark, Context& context);
void add_watermark_watch(Options& watermark, Context& context);
void add_frag_show(Options& frag, Context& context);
void add_frag_explain(Options& frag, Context& context);
void add_frag_relieve(Options& frag, Context& context);
void add_frag_watch(Options& frag, Context& context);
void add_qos_show(Options& qos, Context& context);
void add_policy_show(Options& policy, Context& context);
void add_policy_explain(Options& policy, Context& context);
void add_policy_apply(Options& policy, Context& context);
void add_policy_export(Options& policy, Context& context);

Outcome run_status(Context& context);
std::string program_version();

constexpr int exit_ok = 0;
constexpr int exit_partial = static_cast<int>(Fault::partial);

} // namespace kmemcgd
