// SPDX-License-Identifier: GPL-2.0-only
// What is typed, for a start, and how lines and inputs are made into words.
#pragma once

#include "client/attributes.hpp"

#include <array>
#include <sstream>
#include <string>
#include <vector>

namespace kmemcgd {

// None has a blank inside a word.
inline constexpr std::array command_lines = {
    "",
    "--help",
    "help zombies",
    "controller --interval 5s --cleanup",
    "controller --metrics-listen 127.0.0.1:9752 --metrics-textfile /none/k.prom",
    "metrics --per-cgroup",
    "policy check",
    "policy show --json",
    "policy explain /app/web",
    "policy diff",
    "policy apply --json",
    "policy export",
    "help statsu",
    "status --json",
    "--format human status",
    "doctor --json",
    "doctor --interval 1s --min-age 0s",
    "zombies list --pin dirty --min-age 1.5h --min-size 64K",
    "zombies list --limit 1 --sort size --json",
    "zombies reap",
    "zombies reap /gone --wait --timeout 30s",
    "zombies reap 3 --wait --json",
    "zombies watch --interval 10ms --count 3",
    "zombies watch --until 1 --timeout 1m",
    "memcg show /app",
    "memcg show 3 --json",
    "watermark",
    "watermark show /app /b* /*/w?b /b[1]",
    "watermark set /app --ratio 95% --scale-factor 100",
    "watermark set /* 4 --high-headroom 64M --low-headroom 96MiB",
    "watermark set /app/../b[1]/ --swap yes --swappiness 60",
    "watermark set /without-memory /no-cgroup --ratio 90",
    "watermark unset /app /none --json",
    "watermark default",
    "watermark default --ratio 0",
    "watermark default --unset",
    "watermark watch /app --duration 5s --count 2",
    "qos",
    "qos show /app /b* 3 --json",
    "qos set /app --class burstable --request 300M --swap on",
    "qos set /* 4 --class 15 --request 50%",
    "qos set /app --class burstabel",
    "qos set /none --request memory.low --json",
    "qos unset /app /none --json",
    "pressure",
    "pressure --json",
    "config set node_free=512M node_free_permille=2% node_gap=50%",
    "frag",
    "frag show --order 1 --json",
    "frag show --order 99",
    "frag show --interval 1s --format plain",
    "frag relieve --order 1 --blocks 5 --node 0 --dry-run --psi-limit 5% --load-limit 1.5",
    "frag show --types --json",
    "frag watch --order 1 --min-blocks 3 --timeout 90s",
    "frag watch --order 1 --node 7 --json",
    "top",
    "top --batch --count 2 --sort headroom --reverse --limit 1",
    "top --json --filter /app/** --interval 100ms --count 3",
    "config",
    "config show --format=plain",
    "config set cpu_cap=2.5% settle=30s enabled=off states_max=5",
    "config set cpu_cap_permille=25 burst_us=20000 swap=on",
    "config set enbled=1",
    "stats --reset --json",
    "monitor --count 3 --timeout 5s",
    "features",
    "version --json",
    "--cgroup-root /x memcg show /app/web",
};

inline std::vector<std::string> words_of(const char* line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

// Each has a NUL behind it; what has none is not one.
inline std::vector<std::string> split_words(Bytes bytes) {
    std::vector<std::string> words(1);
    for (const auto byte : bytes) {
        if (byte == std::byte{0})
            words.emplace_back();
        else
            words.back() += static_cast<char>(byte);
    }
    words.pop_back();
    return words;
}

} // namespace kmemcgd
