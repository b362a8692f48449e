// SPDX-License-Identifier: GPL-2.0-only
#include "top/arrange.hpp"

#include "policy/glob.hpp"

#include <algorithm>
#include <unordered_map>

namespace kmemcgd {
namespace {

// Less: comes first. The larger the number, the earlier.
template <class T>
int compare(const std::optional<T>& a, const std::optional<T>& b, bool smallest_first) {
    if (!a || !b || *a == *b)
        return 0;
    return (*a < *b) == smallest_first ? -1 : 1;
}

template <class T>
bool known(const std::optional<T>& value) {
    return value.has_value();
}

class Order {
public:
    explicit Order(const Arrangement& how) : how_(&how) {}

    bool operator()(const Row& a, const Row& b) const {
        switch (how_->sort) {
        case TopColumn::cgroup:
            return how_->reverse ? b.path < a.path : a.path < b.path;
        case TopColumn::usage:
            return by(&Row::usage_bytes, false, a, b);
        case TopColumn::limit:
            return by(&Row::limit_bytes, false, a, b);
        case TopColumn::headroom:
            return by(&Row::headroom_bytes, true, a, b);
        case TopColumn::fill:
            return by(&Row::fill_per_s, false, a, b);
        case TopColumn::taken:
            return by(&Row::taken_per_s, false, a, b);
        case TopColumn::state: // the protocol counts them from harmless to bad
            return by(&Row::state, false, a, b);
        case TopColumn::psi:
            return by(&Row::pressure, false, a, b);
        case TopColumn::high:
            break;
        }
        return by(&Row::high_bytes, false, a, b);
    }

private:
    template <class T>
    bool by(std::optional<T> Row::*member, bool smallest_first, const Row& a, const Row& b) const {
        if (known(a.*member) != known(b.*member))
            return known(a.*member);
        const int order = compare(a.*member, b.*member, smallest_first != how_->reverse);
        return order != 0 ? order < 0 : a.path < b.path;
    }

    const Arrangement* how_;
};

std::string_view parent_of(std::string_view path) {
    return path.substr(0, path.rfind('/'));
}

class Tree {
public:
    Tree(const std::vector<const Row*>& sorted, const std::string& filter) : filter_(&filter) {
        std::unordered_map<std::string_view, const Row*> paths;
        for (const auto* row : sorted)
            paths.emplace(row->path, row);
        for (const auto* row : sorted) {
            const auto parent = paths.find(parent_of(row->path));
            children_[parent == paths.end() ? nullptr : parent->second].push_back(row);
        }
    }

    std::vector<ShownRow> flatten() && {
        add_below(nullptr, 0);
        return std::move(shown_);
    }

private:
    // False: nothing of it passes the filter. A kernel's hierarchy is not deep enough
    // for recursion to matter: a path has at most 4,095 bytes.
    bool add_below(const Row* parent, unsigned depth) {
        const auto found = children_.find(parent);
        if (found == children_.end())
            return false;
        bool any = false;
        for (const auto* row : found->second) {
            const auto at = shown_.size();
            shown_.push_back({row, depth});
            const bool below = add_below(row, depth + 1);
            if (below || passes_filter(*filter_, row->path))
                any = true;
            else
                shown_.resize(at);
        }
        return any;
    }

    const std::string* filter_;
    std::unordered_map<const Row*, std::vector<const Row*>> children_;
    std::vector<ShownRow> shown_;
};

} // namespace

bool passes_filter(std::string_view filter, const std::string& path) {
    if (path.find(filter) != std::string::npos)
        return true;
    if (filter.find_first_of("*?[") == std::string_view::npos)
        return false;
    return path_fits(filter.starts_with('/') ? std::string(filter) : "**/" + std::string(filter),
                     path);
}

std::vector<ShownRow> arrange(const std::vector<Row>& rows, const Arrangement& how) {
    std::vector<const Row*> sorted;
    for (const auto& row : rows) {
        if (how.tree || passes_filter(how.filter, row.path))
            sorted.push_back(&row);
    }
    const Order order(how);
    std::sort(sorted.begin(), sorted.end(),
              [&order](const Row* a, const Row* b) { return order(*a, *b); });
    if (how.tree)
        return Tree(sorted, how.filter).flatten();
    std::vector<ShownRow> shown;
    for (const auto* row : sorted)
        shown.push_back({row, 0});
    return shown;
}

} // namespace kmemcgd
