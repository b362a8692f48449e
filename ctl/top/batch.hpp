// SPDX-License-Identifier: GPL-2.0-only
// A refresh on the standard output, for pipes and files.
#pragma once

#include "commands/command.hpp"
#include "top/arrange.hpp"

namespace kmemcgd {

class BatchPrinter {
public:
    BatchPrinter(const Context& context, Arrangement arrangement,
                 std::optional<std::uint64_t> most_rows);

    void print(const Frame& frame);

private:
    void print_table(const Frame& frame, std::span<const ShownRow> shown, std::size_t found) const;

    const Context* context_;
    Arrangement arrangement_;
    std::optional<std::uint64_t> most_rows_;
    bool first_ = true;
};

// `rows` may be fewer than were found.
Json to_json(const Frame& frame, std::span<const ShownRow> rows, std::size_t found);

} // namespace kmemcgd
