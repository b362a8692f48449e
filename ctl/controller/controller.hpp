// SPDX-License-Identifier: GPL-2.0-only
// The daemon: has the module do what the policy file says, for as long as it runs.
//
// It applies the file when it starts, when the file changes or on SIGHUP, when cgroups
// appear, and every interval_ns, which also notices a module that was loaded anew. A
// file that is wrong is reported, and the last good one goes on. Large blocks it watches
// meanwhile (frag_keeper.hpp).
#pragma once

#include "commands/command.hpp"
#include "controller/frag_keeper.hpp"
#include "controller/waiter.hpp"
#include "metrics/service.hpp"
#include "policy/apply.hpp"

namespace kmemcgd {

class ShortSlices;

struct ControllerOptions {
    std::filesystem::path policy_file;
    std::filesystem::path cgroup_root;
    std::filesystem::path applied_file;
    std::chrono::nanoseconds interval = std::chrono::seconds(30);
    std::optional<std::chrono::nanoseconds> watchdog; // how often the service manager is told
    bool cleanup = false;                             // remove what was set when it is stopped
    MetricsOptions metrics;
};

class Controller {
public:
    Controller(const Context& context, ControllerOptions options, Waiter& waiter)
        : context_(&context), options_(std::move(options)), waiter_(&waiter),
          metrics_(context, options_.cgroup_root, options_.metrics),
          frag_(context, [this](Level level, const std::string& text) { log(level, text); }) {}

    // Until it is stopped. An error is one that it can't go on with: the policy file is
    // wrong at the start, metrics can't be served or written as it says there, there is
    // nothing to wait on, or it may not talk to the module.
    Outcome run();

private:
    using Level = LogLevel;
    void log(Level level, const std::string& text) const;
    void notify(const std::string& text) const;
    void tell_alive() const;
    // The same complaint is made once, until something else happens.
    void complain(const Error& error);

    Status load();
    Status apply();
    Status clean_up();
    Status carry_out_and_report(Client& client, const Work& work);
    void report(const Done& done);
    void leave_to_relief(Plan& plan) const;
    void count_kept(const Work& work);
    void say_kept(); // to the service manager
    void say_status();
    void keep_blocks();
    Status apply_when_due(); // an error that won't go away by itself
    void recover();
    void use_file();
    void write_metrics();
    Status take_turn(ShortSlices* short_slices);
    void take(const Woken& woken);

    const Context* context_;
    ControllerOptions options_;
    Waiter* waiter_;
    MetricsService metrics_;
    FragKeeper frag_;
    PolicyFile file_;
    bool load_wanted_ = false;
    bool ready_ = false;
    bool unwatched_said_ = false;
    std::optional<std::size_t> kept_; // cgroups with a policy; nothing: not known yet
    std::string status_;              // the last that was told when all is well
    std::string last_complaint_;
    std::string file_complaint_; // about the policy file; empty: it is good
    std::string metrics_complaint_;
    std::chrono::nanoseconds retry_{0};
    TimePoint next_;
};

} // namespace kmemcgd
