// SPDX-License-Identifier: GPL-2.0-only
// One table, two faces: aligned with units for people, tabs and bare numbers
// for programs. Each cell knows both, so that they cannot diverge.
#pragma once

#include "client/codec.hpp"
#include "render/text.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace kmemcgd {

struct Column {
    std::string title; // for people
    std::string key;   // for programs: snake_case, with the unit
    bool right = false;
    bool only_plain = false; // too much for a terminal
};

struct Cell {
    std::string human;
    std::string plain;
};

Cell text_cell(std::string_view text);
Cell count_cell(std::uint64_t value);
Cell bytes_cell(std::uint64_t bytes);
Cell ms_cell(std::uint64_t ms);
Cell empty_cell();
Cell measured_cell(std::uint64_t value, Measure measure, std::uint32_t page_size_bytes);

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    void print(std::ostream& out, bool human, const Paint& paint) const;
    // For programs, of a table that goes on: without the keys.
    void print_records(std::ostream& out) const;

private:
    void print_plain(std::ostream& out) const;
    void print_human(std::ostream& out, const Paint& paint) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

} // namespace kmemcgd
