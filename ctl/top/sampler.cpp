// SPDX-License-Identifier: GPL-2.0-only
#include "top/sampler.hpp"

#include "commands/cgroup_path.hpp"
#include "doctor/text_file.hpp"
#include "render/units.hpp"
#include "top/memcg_scan.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::uint64_t bytes_per_kb = 1024; // as /proc/meminfo means it

std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view key) {
    const auto kb = value_of(text, key);
    return kb ? std::optional(*kb * bytes_per_kb) : std::nullopt;
}

} // namespace

Sampler::Sampler(const Context& context, std::filesystem::path cgroup_root)
    : context_(&context), root_(std::move(cgroup_root)) {}

Sample Sampler::look() {
    Sample sample;
    sample.at = context_->now();
    sample.when = context_->world->clock->wall_now();
    sample.cgroup_version = hierarchy_version(root_);
    look_at_cgroups(sample);
    look_at_host(sample);
    look_at_module(sample);
    return sample;
}

void Sampler::look_at_cgroups(Sample& sample) const {
    auto scan = scan_memcgs(root_, sample.cgroup_version);
    sample.memcgs = std::move(scan.memcgs);
    if (scan.unreadable > 0)
        sample.not_seen.push_back(
            {"cgroups", fmt::format("{} directories can't be listed by this user",
                                    format_count(scan.unreadable))});
    if (scan.truncated)
        sample.not_seen.push_back(
            {"cgroups", fmt::format("there are more than {}", format_count(most_cgroups))});
    if (sample.memcgs.empty() && scan.unreadable == 0)
        sample.not_seen.push_back(
            {"cgroups", fmt::format("{} has none with the memory controller", root_.string())});
    const bool complete = scan.unreadable == 0 && !scan.truncated;
    if (sample.cgroup_version == 2) {
        const bool pressure = std::any_of(sample.memcgs.begin(), sample.memcgs.end(),
                                          [](const auto& memcg) { return memcg.pressure; });
        if (!pressure && !sample.memcgs.empty())
            sample.not_seen.push_back({"pressure", "no memory.pressure can be read"});
        if (const auto text = read_text_file(root_ / "cgroup.stat"))
            sample.host.zombies = value_of(*text, "nr_dying_descendants");
    } else if (const auto text = read_text_file(std::filesystem::path(context_->world->host_root) /
                                                "proc/cgroups");
               text && complete) {
        // The kernel counts zombies too. One for the root, which is not among them.
        const auto counted = parse_memory_cgroups(*text);
        const auto live = sample.memcgs.size() + 1;
        if (counted)
            sample.host.zombies = *counted > live ? *counted - live : 0;
    }
}

void Sampler::look_at_host(Sample& sample) const {
    const std::filesystem::path host(context_->world->host_root);
    if (const auto text = read_text_file(host / "proc/meminfo")) {
        sample.host.memory_bytes = meminfo_bytes(*text, "MemTotal");
        sample.host.available_bytes = meminfo_bytes(*text, "MemAvailable");
    } else {
        sample.not_seen.push_back({"the host's memory", text.error().message});
    }
    if (const auto text = read_text_file(host / "proc/pressure/memory"))
        sample.host.pressure = parse_pressure(*text);
    if (!sample.host.pressure)
        sample.not_seen.push_back({"the host's pressure", "/proc/pressure/memory can't be read"});
}

Status Sampler::ask_module(Sample& sample) {
    if (!client_) {
        auto client = context_->connect();
        if (!client)
            return client.error();
        client_.emplace(std::move(*client));
    }
    const auto stats = client_->stats();
    if (!stats)
        return stats.error();
    auto& module = sample.module;
    module.state = ModuleFacts::State::loaded;
    module.version = client_->info().module_version;
    module.stats = *stats;
    sample.host.zombies = stats->left;
    auto watches = client_->watches();
    if (!watches) {
        const auto& error = watches.error();
        // What the kernel says does not name the privilege, the hint does.
        sample.not_seen.push_back({"watermarks", error.fault == Fault::permission
                                                     ? error.message + "; " + error.hint
                                                     : error.message});
        return success();
    }
    if (watches->interrupted)
        sample.not_seen.push_back({"watermarks", "they came and went while they were listed"});
    module.watches.emplace();
    for (auto& watch : watches->entries)
        module.watches->insert_or_assign(watch.id, std::move(watch));
    return success();
}

void Sampler::look_at_module(Sample& sample) {
    const bool before = client_.has_value();
    auto asked = ask_module(sample);
    if (!asked)
        client_.reset();
    // It may have been loaded anew meanwhile, and has another number then.
    if (!asked && before)
        asked = ask_module(sample);
    if (asked)
        return;
    client_.reset();
    sample.module = {};
    sample.module.state = module_state(asked.error());
    sample.module.error = asked.error().message;
    sample.not_seen.push_back({"what the module knows", asked.error().message});
}

} // namespace kmemcgd
