// SPDX-License-Identifier: GPL-2.0-only
// The daemon's metrics: a server and a textfile, as the policy file and the options say.
#pragma once

#include "commands/command.hpp"
#include "metrics/frag_totals.hpp"
#include "metrics/settings.hpp"
#include "policy/policy_file.hpp"

#include <memory>

namespace kmemcgd {

class Collector;

// What was typed, which counts instead of what the file says.
struct MetricsOptions {
    std::optional<ListenAddress> listen;
    std::filesystem::path textfile;
};

class MetricsService {
public:
    MetricsService(const Context& context, const std::filesystem::path& cgroup_root,
                   MetricsOptions options);
    MetricsService(const MetricsService&) = delete;
    MetricsService& operator=(const MetricsService&) = delete;
    ~MetricsService(); // takes the textfile away: its numbers would get old

    // Does what the file says from now on. An error: what was there goes on, but for
    // the names of policies, which are the file's in any case.
    Status use(const PolicyFile& file);

    // What is known about large blocks from now on.
    void use(std::optional<FragTotals> fragmentation);

    [[nodiscard]] TimePoint next() const; // when the textfile is due
    Status write_when_due();

private:
    Status listen(const std::optional<ListenAddress>& address);
    Status write(const std::filesystem::path& path) const;
    void remove_textfile(const std::filesystem::path& except) const;

    const Context* context_;
    MetricsOptions options_;
    MetricsSettings settings_; // what is in force
    std::shared_ptr<Collector> collector_;
    std::unique_ptr<MetricsServer> server_;
    TimePoint next_;
};

} // namespace kmemcgd
