// SPDX-License-Identifier: GPL-2.0-only
#include "controller/controller.hpp"

#include "frag/short_slices.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

using namespace std::chrono_literals;

// An editor writes in several steps, and containers are made in groups.
constexpr auto file_settles = 200ms;
constexpr auto cgroups_settle = 1s;
// What failed is tried again after so long, then twice that, up to the interval.
constexpr std::chrono::nanoseconds first_retry = 1s;

std::string text_of(const Error& error) {
    return error.hint.empty() ? error.message : fmt::format("{} ({})", error.message, error.hint);
}

} // namespace

// Where the journal reads along, the level stands in front of a line.
void Controller::log(Level level, const std::string& text) const {
    if (context_->world->err_is_journal)
        context_->err() << fmt::format("<{}>", static_cast<int>(level));
    context_->err() << printable(text) << std::endl;
}

void Controller::notify(const std::string& text) const {
    if (context_->world->notify)
        context_->world->notify(text);
}

void Controller::tell_alive() const {
    if (options_.watchdog)
        notify("WATCHDOG=1");
}

void Controller::complain(const Error& error) {
    const auto text = text_of(error);
    if (text == last_complaint_)
        return;
    last_complaint_ = text;
    log(Level::error, text);
    notify("STATUS=" + printable(text));
}

Status Controller::load() {
    load_wanted_ = false;
    auto file = read_policy(options_.policy_file);
    if (!file)
        return file.error();
    file_ = std::move(*file);
    log(Level::info, fmt::format("{}: {} tunables and {} policies{}", options_.policy_file.string(),
                                 file_.tunables.size(), file_.rules.size(),
                                 file_.fragmentation ? ", and blocks to watch" : ""));
    return success();
}

void Controller::report(const Done& done) {
    const auto subject = [](const Step& step) {
        return fmt::format("{}: {}", step.path, step.what == What::qos ? "class" : "watermark");
    };
    for (const auto* step : done.steps)
        log(Level::info, step->kind == Step::Kind::set
                             ? fmt::format("{} set by \"{}\"", subject(*step), step->rule->name)
                             : fmt::format("{} removed", subject(*step)));
    for (const auto& [step, error] : done.failures)
        log(Level::warning, fmt::format("{}: {}", subject(*step), error.message));
    say_kept();
}

void Controller::count_kept(const Work& work) {
    Ids kept;
    for (const auto& step : work.plan.steps) {
        if (step.after)
            kept.insert(step.id);
    }
    kept_ = kept.size();
}

// Also where it is what was told before: it may be a complaint that is told now.
void Controller::say_kept() {
    if (!file_complaint_.empty())
        return;
    status_.clear();
    say_status();
}

void Controller::say_status() {
    if (!kept_)
        return;
    auto text = fmt::format("{} cgroups have a policy", *kept_);
    if (const auto blocks = frag_.status(); !blocks.empty())
        text += "; " + blocks;
    if (text == status_)
        return;
    status_ = text;
    notify("STATUS=" + text);
}

// A relief raises it for a while; the policy's value comes back when it is over.
void Controller::leave_to_relief(Plan& plan) const {
    if (frag_.relieving())
        std::erase_if(plan.tunables, [](const ConfigChange& change) {
            return change.which == KMEMCGD_A_CONFIG_NODE_FREE_MB;
        });
}

void Controller::keep_blocks() {
    frag_.run_when_due();
    if (frag_.relief_is_over())
        next_ = std::min(next_, context_->now());
    metrics_.use(frag_.totals());
    if (last_complaint_.empty())
        say_status();
}

Status Controller::carry_out_and_report(Client& client, const Work& work) {
    const auto done = carry_out(client, work, options_.applied_file);
    if (!done)
        return done.error();
    report(*done);
    return success();
}

Status Controller::apply() {
    const auto host = scan_host(options_.cgroup_root);
    if (!host)
        return host.error();
    std::vector<std::filesystem::path> directories{options_.cgroup_root};
    for (const auto& cgroup : host->cgroups)
        directories.push_back(options_.cgroup_root /
                              std::filesystem::path(cgroup.path).relative_path());
    if (const auto failed = waiter_->watch(directories); failed > 0 && !unwatched_said_) {
        unwatched_said_ = true;
        log(Level::warning,
            fmt::format("{} cgroups can't be watched (fs.inotify.max_user_watches): new ones in "
                        "them are found by the next look",
                        failed));
    }
    auto client = context_->connect();
    if (!client)
        return client.error();
    auto work = plan_work(*client, file_, *host, options_.applied_file);
    if (!work)
        return work.error();
    count_kept(*work);
    leave_to_relief(work->plan);
    if (!work->plan.empty())
        return carry_out_and_report(*client, *work);
    if (last_complaint_.empty())
        say_status();
    else
        say_kept();
    return success();
}

Status Controller::clean_up() {
    auto client = context_->connect();
    if (!client)
        return client.error();
    const PolicyFile nothing;
    const auto work = plan_work(*client, nothing, {}, options_.applied_file);
    if (!work)
        return work.error();
    return carry_out_and_report(*client, *work);
}

Status Controller::apply_when_due() {
    const auto now = context_->now();
    if (now < next_)
        return success();
    if (load_wanted_) {
        const auto loaded = load();
        file_complaint_ = loaded ? std::string() : text_of(loaded.error());
        if (loaded)
            use_file();
        else
            complain(loaded.error());
    }
    const auto applied = apply();
    if (applied) {
        recover();
    } else if (applied.error().fault == Fault::permission) {
        return applied.error();
    } else {
        complain(applied.error());
        retry_ = std::clamp(retry_ * 2, first_retry, options_.interval);
    }
    if (!ready_)
        notify("READY=1");
    ready_ = true;
    next_ = context_->now() + (applied ? options_.interval : retry_);
    return success();
}

// All that is done is done; a file that is wrong may still be.
void Controller::recover() {
    retry_ = 0ns;
    if (last_complaint_ == file_complaint_)
        return;
    last_complaint_ = file_complaint_;
    if (file_complaint_.empty())
        log(Level::info, "all is well again");
    else
        notify("STATUS=" + printable(file_complaint_));
}

// Policies are set all the same.
void Controller::use_file() {
    frag_.use(file_.fragmentation);
    if (const auto used = metrics_.use(file_); !used)
        log(Level::error, "metrics stay as they were: " + text_of(used.error()));
}

void Controller::write_metrics() {
    const auto written = metrics_.write_when_due();
    const auto complaint = written ? std::string() : text_of(written.error());
    if (complaint != metrics_complaint_)
        log(written ? Level::info : Level::error,
            written ? "the file of metrics is written again" : complaint);
    metrics_complaint_ = complaint;
}

void Controller::take(const Woken& woken) {
    const auto now = context_->now();
    if (woken.reload || woken.policy_file) {
        load_wanted_ = true;
        next_ = std::min(next_, now + (woken.reload ? 0ns : file_settles));
    }
    if (woken.cgroups)
        next_ = std::min<TimePoint>(next_, now + cgroups_settle);
}

// All that is due. That can take long at nice 19, and what came before it was a wait.
Status Controller::take_turn(ShortSlices* short_slices) {
    const ShortSlices::Here here(short_slices);
    tell_alive();
    keep_blocks();
    const auto applied = apply_when_due();
    write_metrics();
    return applied;
}

Outcome Controller::run() {
    if (const auto loaded = load(); !loaded)
        return loaded.error();
    if (const auto used = metrics_.use(file_); !used)
        return used.error();
    frag_.use(file_.fragmentation);
    next_ = context_->now();
    std::unique_ptr<ShortSlices> short_slices;
    for (;;) {
        if (frag_.may_relieve() && !short_slices)
            short_slices = go_to_background(context_->world->is_process);
        if (const auto done = take_turn(short_slices.get()); !done)
            return done.error();
        auto deadline = std::min({next_, metrics_.next(), frag_.next()});
        tell_alive();
        if (options_.watchdog)
            deadline = std::min(deadline, context_->now() + *options_.watchdog);
        const auto woken = waiter_->wait(deadline);
        if (!woken)
            return woken.error();
        if (woken->stop)
            break;
        take(*woken);
    }
    notify("STOPPING=1");
    frag_.stop();
    if (!options_.cleanup)
        return exit_ok;
    if (const auto cleaned = clean_up(); !cleaned && cleaned.error().fault != Fault::not_loaded)
        return cleaned.error();
    return exit_ok;
}

} // namespace kmemcgd
