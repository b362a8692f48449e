// SPDX-License-Identifier: GPL-2.0-only
// From two samples to what is shown. Pure: values in, values out.
#pragma once

#include "top/sample.hpp"

namespace kmemcgd {

// A memcg. Empty is what is not known, or not there: the first sample of a memcg
// tells nothing of its changes.
struct Row {
    std::string path;
    std::uint64_t id = 0;
    std::optional<std::uint64_t> usage_bytes;
    std::optional<std::uint64_t> limit_bytes;
    std::optional<std::uint64_t> headroom_bytes; // from the usage to the limit
    // Of its watch; else how the usage grew, or shrank, since the sample before.
    std::optional<std::int64_t> fill_per_s;
    std::optional<std::uint64_t> taken_bytes; // by kmemcgd, since the sample before
    std::optional<std::uint64_t> taken_per_s;
    std::optional<std::uint32_t> state; // of its watch; empty: it has none
    std::optional<double> pressure;
    std::optional<std::uint64_t> high_bytes; // its watermark
};

struct Frame {
    WallTime when;
    std::optional<std::chrono::nanoseconds> since; // the sample before
    unsigned cgroup_version = 2;
    HostSample host;
    ModuleFacts::State module_state = ModuleFacts::State::not_loaded;
    std::string module_error;
    std::string module_version;
    std::optional<double> cpu_share; // of one CPU, all threads of kmemcgd
    bool watches_seen = false;
    std::vector<Row> rows;
    std::vector<NotSeen> not_seen;
};

class Model {
public:
    Frame update(Sample now);

private:
    std::optional<Sample> before_;
    std::unordered_map<std::uint64_t, std::size_t> index_; // by id, of its memcgs
};

} // namespace kmemcgd
