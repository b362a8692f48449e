// SPDX-License-Identifier: GPL-2.0-only
#include "frag/failure_log.hpp"

#include "frag/failure_line.hpp"
#include "frag/log_line.hpp"
#include "host/zone_line.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace kmemcgd {
namespace {

constexpr std::size_t most_zones = 4096;
constexpr std::size_t most_zones_in_all = 262144;
// CPUs that report at the same time. A line may have to look at all of them.
constexpr std::size_t most_open = 8;
// Lines without anything of a failure after which nothing more comes: what follows is
// somebody else's, that began with a line which was lost.
constexpr std::uint64_t most_silence = 1000;

// A failure whose lines are still coming.
struct Open {
    std::size_t at = 0; // in the list of failures
    std::string_view caller;
    std::uint64_t last_line = 0;
    bool has_version = false; // of its own, not the boot's
    bool in_mem_info = false;
    std::map<ZoneKey, ZoneReport> reports = {};
    ZoneKey last_report = {};
    std::set<ZoneKey> zones = {};
};

class FailureReader {
public:
    explicit FailureReader(std::size_t most) : most_(most) {}

    // False: there is one more than that.
    bool take(std::string_view raw, std::uint64_t number) {
        number_ = number;
        line_ = split_log_line(raw);
        const bool more = take_line();
        before_ = line_;
        return more;
    }

    std::vector<AllocationFailure> failures() && { return std::move(failures_); }

private:
    bool take_line() {
        if (const auto release = parse_boot(line_.text)) {
            open_.clear();
            boot_ = parse_kernel_version(*release);
            return true;
        }
        // The text of the line before is its own only if the same one wrote it.
        const auto before = before_.caller == line_.caller ? before_.text : std::string_view{};
        if (auto failure = parse_failure(line_.text, before))
            return add(std::move(*failure));
        if (!open_.empty())
            take_detail();
        return true;
    }

    bool add(AllocationFailure failure) {
        if (failures_.size() == most_)
            return false;
        failure.line = number_;
        failure.version = boot_;
        if (!line_.caller.empty())
            close();
        if (open_.size() == most_open)
            open_.erase(open_.begin());
        open_.push_back({failures_.size(), line_.caller, number_});
        failures_.push_back(std::move(failure));
        return true;
    }

    void take_detail() {
        std::erase_if(open_,
                      [this](const Open& open) { return number_ - open.last_line > most_silence; });
        if (begins_other_report(line_.text))
            close();
        else if (line_.text.starts_with("Mem-Info:"))
            take_mem_info();
        else if (auto report = parse_zone_report(line_.text))
            take_report(std::move(*report));
        else if (auto reserve = parse_zone_reserve(line_.text))
            take_reserve(std::move(*reserve));
        else if (auto zone = parse_zone_blocks(line_.text))
            take_blocks(std::move(*zone));
        else
            take_trace();
    }

    bool is_mine(const Open& open) const { return open.caller == line_.caller; }

    // What this line ends: all that its caller has begun; where the log does not name
    // callers, everything.
    void close() {
        std::erase_if(open_, [this](const Open& open) { return is_mine(open); });
    }

    // The one that the line belongs to: with a caller it is his. Without one it is the last
    // that began, and if that has such a line already, two CPUs write at once, and it is the
    // oldest one's that has none.
    template <class Has>
    Open* find(const Has& has) {
        const auto wants = [&](const Open& open) { return is_mine(open) && !has(open); };
        const auto last = std::find_if(open_.rbegin(), open_.rend(),
                                       [this](const Open& open) { return is_mine(open); });
        auto found = open_.end();
        if (last != open_.rend())
            found = wants(*last) ? std::prev(last.base())
                                 : std::find_if(open_.begin(), open_.end(), wants);
        if (found == open_.end())
            return nullptr;
        found->last_line = number_;
        return &*found;
    }

    // Where everybody has such a line, somebody else's report began.
    template <class Has>
    Open* find_or_close(const Has& has) {
        auto* found = find(has);
        if (found == nullptr)
            close();
        return found;
    }

    void take_mem_info() {
        if (auto* open = find_or_close([](const Open& one) { return one.in_mem_info; }))
            open->in_mem_info = true;
    }

    void take_report(std::pair<ZoneKey, ZoneReport> report) {
        auto* open = find_or_close([&report](const Open& one) {
            return one.reports.size() >= most_zones || one.reports.contains(report.first);
        });
        if (open == nullptr)
            return;
        open->in_mem_info = true;
        open->last_report = report.first;
        open->reports.insert(std::move(report));
    }

    // It has no name: it is the last zone's that has none yet.
    void take_reserve(std::vector<std::uint64_t> reserve) {
        auto* open = find([](const Open& one) {
            return one.reports.empty() || !one.reports.at(one.last_report).reserve.empty();
        });
        if (open != nullptr)
            open->reports[open->last_report].reserve = std::move(reserve);
    }

    void take_blocks(LoggedZone zone) {
        const ZoneKey key{zone.blocks.node, zone.blocks.zone};
        auto* open = find_or_close([&key](const Open& one) {
            return one.zones.size() >= most_zones || one.zones.contains(key);
        });
        if (open == nullptr || zones_ == most_zones_in_all)
            return;
        ++zones_;
        open->in_mem_info = true;
        open->zones.insert(key);
        if (const auto report = open->reports.find(key); report != open->reports.end())
            zone.report = report->second;
        failures_[open->at].zones.push_back(std::move(zone));
    }

    // In front of its Mem-Info; what comes behind is about something else.
    void take_trace() {
        if (const auto version = parse_task_version(line_.text)) {
            auto* open = find([](const Open& one) { return one.in_mem_info || one.has_version; });
            if (open != nullptr) {
                failures_[open->at].version = version;
                open->has_version = true;
            }
        } else if (names_netns_cache(line_.text)) {
            if (auto* open = find([](const Open& one) { return one.in_mem_info; }))
                failures_[open->at].netns_cache = true;
        } else if (auto nodes = parse_mems_allowed(line_.text)) {
            auto* open = find([this](const Open& one) {
                return one.in_mem_info || failures_[one.at].mems_allowed;
            });
            if (open != nullptr)
                failures_[open->at].mems_allowed = std::move(nodes);
        }
    }

    std::size_t most_;
    std::vector<AllocationFailure> failures_;
    std::vector<Open> open_; // the oldest first
    std::optional<KernelVersion> boot_;
    LogLine before_;
    LogLine line_;
    std::uint64_t number_ = 0;
    std::size_t zones_ = 0; // of all failures
};

} // namespace

std::vector<AllocationFailure> find_failures(std::string_view log, std::size_t most) {
    FailureReader reader(most);
    for (std::uint64_t number = 1; !log.empty(); ++number) {
        if (!reader.take(next_line(log), number))
            break;
    }
    return std::move(reader).failures();
}

} // namespace kmemcgd
