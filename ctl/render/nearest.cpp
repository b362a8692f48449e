// SPDX-License-Identifier: GPL-2.0-only
#include "render/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace kmemcgd {
namespace {

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= left.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::optional<std::string> nearest(std::string_view typed, std::span<const std::string> names) {
    const std::string* best = nullptr;
    std::size_t least = typed.size() / 3 + 2;
    for (const auto& name : names) {
        // "scan" for "scan_interval_ms" is meant, however far it is.
        const bool prefix = typed.size() >= 3 && name.starts_with(typed);
        const auto apart = prefix ? 1 : distance(typed, name);
        if (apart < least) {
            least = apart;
            best = &name;
        }
    }
    if (best == nullptr)
        return std::nullopt;
    return *best;
}

} // namespace kmemcgd
