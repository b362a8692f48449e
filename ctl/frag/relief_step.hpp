// SPDX-License-Identifier: GPL-2.0-only
// One means against fragmentation. The engine looks at the goal, and begins, polls and
// ends them.
#pragma once

#include "frag/busy_gate.hpp"
#include "frag/kept_values.hpp"
#include "frag/relief.hpp"

namespace kmemcgd {

// What the steps share.
struct ReliefScene {
    ReliefGoal goal;
    ReliefHost host;
    BusyGate gate;
    std::uint64_t page_bytes = 4096;
    std::vector<BuddyZone> zones = {}; // as the engine saw them last
    unsigned round = 1;
    KeptValues* kept = nullptr; // in a plan there is none
    std::optional<Client> client = {};

    // Connects when it is first asked for, and after lose_module() again.
    Result<Client*> module();
    void lose_module() { client.reset(); }
    // Its tunables, and `client` is connected; an error as well where it is switched off.
    Result<Config> working_module();
};

struct Intent {
    bool wants = false; // to do something
    std::string text;   // what, or why not
    // Why not will be the same in a minute.
    bool lasting = false;
};

inline Intent would(std::string what) {
    return {true, std::move(what), false};
}
inline Intent not_now(std::string why) {
    return {false, std::move(why), false};
}
inline Intent never(std::string why) {
    return {false, std::move(why), true};
}

struct Progress {
    std::optional<TimePoint> next; // nothing: it is over
    std::string note = {};         // how it ended
};

class ReliefStep {
public:
    explicit ReliefStep(ReliefScene& scene) : scene_(&scene) {}
    ReliefStep(const ReliefStep&) = delete;
    ReliefStep& operator=(const ReliefStep&) = delete;
    virtual ~ReliefStep() = default; // puts back what it changed

    [[nodiscard]] virtual ReliefAction action() const = 0;
    virtual Intent intent(TimePoint now) = 0; // changes nothing
    // After an intent that wants to. An error: nothing was changed.
    virtual Status begin(TimePoint now) = 0;
    virtual Progress poll(TimePoint now) = 0;
    // Puts back what it changed, whether it was over or not. It may be begun again.
    virtual Status end() = 0;
    [[nodiscard]] virtual std::optional<std::uint64_t> freed_bytes() { return std::nullopt; }
    [[nodiscard]] virtual unsigned pauses() const { return 0; }
    [[nodiscard]] virtual std::string note() const { return {}; } // when it was ended early

protected:
    [[nodiscard]] ReliefScene& scene() const { return *scene_; }
    // The module did not answer: it is asked on a new connection the next time.
    Intent no_answer(const Error& error) {
        scene().lose_module();
        return never(error.message);
    }

private:
    ReliefScene* scene_;
};

std::unique_ptr<ReliefStep> make_zombies_step(ReliefScene& scene);
std::unique_ptr<ReliefStep> make_cache_step(ReliefScene& scene);
std::unique_ptr<ReliefStep> make_compaction_step(ReliefScene& scene);
std::unique_ptr<ReliefStep> make_proactiveness_step(ReliefScene& scene);

// What two of them raise.
Setting node_free_setting(ReliefScene& scene);
Setting proactiveness_setting(const std::filesystem::path& root);

} // namespace kmemcgd
