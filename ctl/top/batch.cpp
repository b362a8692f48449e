// SPDX-License-Identifier: GPL-2.0-only
#include "top/batch.hpp"

#include "client/names.hpp"
#include "commands/event_lines.hpp"
#include "render/table.hpp"
#include "render/units.hpp"
#include "top/layout.hpp"

#include <fmt/format.h>

namespace kmemcgd {
namespace {

Json to_json(const Row& row) {
    return {{"id", row.id},
            {"path", row.path},
            {"usage_bytes", or_null(row.usage_bytes)},
            {"limit_bytes", or_null(row.limit_bytes)},
            {"headroom_bytes", or_null(row.headroom_bytes)},
            {"fill_per_s", or_null(row.fill_per_s)},
            {"taken_bytes", or_null(row.taken_bytes)},
            {"taken_per_s", or_null(row.taken_per_s)},
            {"state", row.state ? Json(watch_state_name(*row.state)) : Json(nullptr)},
            {"pressure_some_avg10", or_null(row.pressure)},
            {"high_bytes", or_null(row.high_bytes)}};
}

} // namespace

Json to_json(const Frame& frame, std::span<const ShownRow> rows, std::size_t found) {
    auto document = json_document();
    document["time"] = timestamp(frame.when);
    document["since_ns"] = frame.since ? Json(frame.since->count()) : Json(nullptr);
    document["cgroup_version"] = frame.cgroup_version;
    document["host"] = {{"memory_bytes", or_null(frame.host.memory_bytes)},
                        {"available_bytes", or_null(frame.host.available_bytes)},
                        {"pressure_some_avg10", or_null(frame.host.pressure)},
                        {"zombies", or_null(frame.host.zombies)}};
    const bool loaded = frame.module_state == ModuleFacts::State::loaded;
    document["module"] = {{"state", state_name(frame.module_state)},
                          {"version", loaded ? Json(frame.module_version) : Json(nullptr)},
                          {"cpu_share", or_null(frame.cpu_share)}};
    document["found"] = found;
    auto& memcgs = document["memcgs"] = Json::array();
    for (const auto& shown : rows)
        memcgs.push_back(to_json(*shown.row));
    auto& not_seen = document["not_seen"] = Json::array();
    for (const auto& gap : frame.not_seen)
        not_seen.push_back({{"what", gap.what}, {"why", gap.why}});
    return document;
}

BatchPrinter::BatchPrinter(const Context& context, Arrangement arrangement,
                           std::optional<std::uint64_t> most_rows)
    : context_(&context), arrangement_(std::move(arrangement)), most_rows_(most_rows) {}

void BatchPrinter::print(const Frame& frame) {
    const auto all = arrange(frame.rows, arrangement_);
    const auto shown = std::span(all).first(static_cast<std::size_t>(
        std::min<std::uint64_t>(most_rows_.value_or(all.size()), all.size())));
    if (context_->json())
        context_->print_line(to_json(frame, shown, all.size()));
    else
        print_table(frame, shown, all.size());
    context_->out().flush();
    first_ = false;
}

void BatchPrinter::print_table(const Frame& frame, std::span<const ShownRow> shown,
                               std::size_t found) const {
    const bool human = context_->human();
    auto& out = context_->out();
    if (human) {
        out << (first_ ? "" : "\n");
        for (const auto& text : heading(frame))
            out << text << '\n';
        if (shown.size() < found)
            out << fmt::format("{} of {} cgroups\n", format_count(shown.size()),
                               format_count(found));
        for (const auto& gap : frame.not_seen)
            out << fmt::format("not seen: {}: {}\n", gap.what, printable(gap.why));
    }
    // For programs the columns are always the same, and each record has its time.
    std::vector<Column> columns;
    if (!human)
        columns.push_back({"", "time"});
    for (const auto& info : top_columns()) {
        if (!human || has_column(frame, info.column))
            columns.push_back(
                {std::string(info.title), std::string(info.key),
                 info.column != TopColumn::cgroup && info.column != TopColumn::state});
    }
    Table table(std::move(columns));
    const auto time = timestamp(frame.when);
    for (const auto& row : shown) {
        std::vector<Cell> cells;
        if (!human)
            cells.push_back(text_cell(time));
        for (const auto& info : top_columns()) {
            if (human && !has_column(frame, info.column))
                continue;
            cells.push_back(info.column == TopColumn::cgroup ? text_cell(row.row->path)
                                                             : top_cell(*row.row, info.column));
        }
        table.add(std::move(cells));
    }
    if (!human && !first_)
        table.print_records(out);
    else
        table.print(out, human, context_->paint());
}

} // namespace kmemcgd
