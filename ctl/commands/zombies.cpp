// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"
#include "commands/command.hpp"
#include "commands/options.hpp"
#include "render/table.hpp"
#include "render/units.hpp"

#include <algorithm>
#include <memory>
#include <tuple>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::string_view orders[] = {"age", "size", "tries", "path"};

struct ListOptions {
    std::string pin;
    std::string min_age;
    std::string min_size;
    std::optional<std::uint64_t> limit;
    std::string sort = "age";
};

Result<MemcgFilter> make_filter(const ListOptions& options) {
    MemcgFilter filter{.state = KMEMCGD_STATE_ZOMBIE,
                       .pin = std::nullopt,
                       .min_age_ms = std::nullopt,
                       .min_bytes = std::nullopt};
    if (!options.pin.empty())
        filter.pin = parse_pin(options.pin);
    if (!options.min_age.empty()) {
        const auto ns = parse_duration_ns(options.min_age, ns_per_s);
        if (!ns)
            return ns.error();
        filter.min_age_ms = *ns / ns_per_ms;
    }
    if (!options.min_size.empty()) {
        const auto bytes = parse_bytes(options.min_size);
        if (!bytes)
            return bytes.error();
        filter.min_bytes = *bytes;
    }
    return filter;
}

// Oldest, largest, most often tried first; paths in their order. Equal ones by
// id, so that two runs agree.
void sort_memcgs(std::vector<Memcg>& memcgs, std::string_view order) {
    std::sort(memcgs.begin(), memcgs.end(), [order](const Memcg& a, const Memcg& b) {
        if (order == "age")
            return std::tie(b.age_ms, a.id) < std::tie(a.age_ms, b.id);
        if (order == "size")
            return std::tie(b.memory_bytes, a.id) < std::tie(a.memory_bytes, b.id);
        if (order == "tries")
            return std::tie(b.tries, a.id) < std::tie(a.tries, b.id);
        return std::tie(a.path, a.id) < std::tie(b.path, b.id);
    });
}

template <class T, class ToCell>
Cell maybe(const std::optional<T>& value, ToCell to_cell) {
    return value ? to_cell(*value) : empty_cell();
}

void print_table(const Context& context, std::span<const Memcg> memcgs, std::size_t found) {
    Table table({{"ID", "id", true},
                 {"PIN", "pin"},
                 {"AGE", "age_ms", true},
                 {"MEMORY", "memory_bytes", true},
                 {"SWAP", "swap_bytes", true, true},
                 {"FILE", "file_bytes", true, true},
                 {"ANON", "anon_bytes", true, true},
                 {"REFS", "refs", true},
                 {"CHILDREN", "children", true, true},
                 {"TRIES", "tries", true},
                 {"NEXT TRY", "next_ms", true},
                 {"PATH", "path"}});
    for (const auto& memcg : memcgs) {
        const auto id = std::to_string(memcg.id);
        table.add({{id, id},
                   text_cell(memcg.pin == KMEMCGD_PIN_NONE ? "-" : pin_name(memcg.pin)),
                   maybe(memcg.age_ms, ms_cell),
                   maybe(memcg.memory_bytes, bytes_cell),
                   maybe(memcg.swap_bytes, bytes_cell),
                   maybe(memcg.file_bytes, bytes_cell),
                   maybe(memcg.anon_bytes, bytes_cell),
                   maybe(memcg.refs, count_cell),
                   maybe(memcg.children, count_cell),
                   maybe(memcg.tries, count_cell),
                   maybe(memcg.next_ms, ms_cell),
                   text_cell(memcg.path)});
    }
    table.print(context.out(), context.human(), context.paint());
    if (context.human())
        context.out() << (memcgs.size() < found
                              ? fmt::format("{} of {} zombies\n", format_count(memcgs.size()),
                                            format_count(found))
                              : fmt::format("{} zombies\n", format_count(found)));
}

Outcome run_list(Context& context, const ListOptions& options) {
    const auto filter = make_filter(options);
    if (!filter)
        return filter.error();
    auto client = context.connect();
    if (!client)
        return client.error();
    auto list = client->memcgs(*filter);
    if (!list)
        return list.error();
    sort_memcgs(list->entries, options.sort);
    const auto shown = std::span<const Memcg>(list->entries)
                           .first(std::min<std::size_t>(
                               options.limit.value_or(list->entries.size()), list->entries.size()));
    if (context.json()) {
        auto document = json_document();
        document["found"] = list->entries.size();
        document["complete"] = !list->interrupted;
        auto& memcgs = document["memcgs"] = Json::array();
        for (const auto& memcg : shown)
            memcgs.push_back(to_json(memcg));
        context.print_document(document);
    } else {
        print_table(context, shown, list->entries.size());
    }
    if (!list->interrupted)
        return exit_ok;
    context.err() << "kmemcgctl: memcgs came and went while they were listed, three times over: "
                     "the list may lack some or name some that are gone\n";
    return exit_partial;
}

} // namespace

void add_zombies(Options& options, Context& context) {
    auto wanted = std::make_shared<ListOptions>();
    auto list = options.subcommand("list", "list zombies, the oldest first");
    list.choice("--pin", wanted->pin, pin_names(), "only those held by this");
    list.text("--min-age", wanted->min_age, "DURATION", "only those offline for that long");
    list.text("--min-size", wanted->min_size, "SIZE", "only those with as much memory");
    list.number("--limit", wanted->limit, "show that many, at most");
    list.choice("--sort", wanted->sort, orders, "age, size, tries or path");
    list.run(context, [wanted](Context& at_run) { return run_list(at_run, *wanted); });

    add_reap(options, context);
    add_watch(options, context);
    options.needs_subcommand();
}

} // namespace kmemcgd
