// SPDX-License-Identifier: GPL-2.0-only
#include "client/names.hpp"
#include "commands/cgroup_path.hpp"
#include "commands/command.hpp"
#include "commands/options.hpp"
#include "commands/zombie_lookup.hpp"
#include "render/table.hpp"

#include <cerrno>
#include <memory>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

void print_memcgs(const Context& context, const std::vector<Memcg>& memcgs) {
    if (context.json()) {
        auto document = json_document();
        auto& list = document["memcgs"] = Json::array();
        for (const auto& memcg : memcgs)
            list.push_back(to_json(memcg));
        context.print_document(document);
        return;
    }
    for (const auto& memcg : memcgs) {
        Table table({{"MEMCG", "name"}, {std::to_string(memcg.id), "value"}});
        const auto row = [&](std::string_view name, const auto& value, auto to_cell) {
            table.add({text_cell(name), value ? to_cell(*value) : empty_cell()});
        };
        if (!context.human())
            table.add({text_cell("id"), {std::to_string(memcg.id), std::to_string(memcg.id)}});
        table.add({text_cell("path"), text_cell(memcg.path)});
        table.add({text_cell("state"), text_cell(state_name(memcg.state))});
        table.add({text_cell("pin"), text_cell(pin_name(memcg.pin))});
        row("age_ms", memcg.age_ms, ms_cell);
        row("memory_bytes", memcg.memory_bytes, bytes_cell);
        row("swap_bytes", memcg.swap_bytes, bytes_cell);
        row("file_bytes", memcg.file_bytes, bytes_cell);
        row("anon_bytes", memcg.anon_bytes, bytes_cell);
        row("refs", memcg.refs, count_cell);
        row("children", memcg.children, count_cell);
        row("tries", memcg.tries, count_cell);
        row("next_ms", memcg.next_ms, ms_cell);
        table.print(context.out(), context.human(), context.paint());
    }
}

// A directory that exists is asked for by its id; otherwise the path may be
// that of zombies, of which several can have had the same.
Result<std::vector<Memcg>> find(const Context& context, Client& client, const std::string& text) {
    auto id = parse_memcg_id(text);
    if (!id) {
        const auto path = path_in_hierarchy(context, text);
        if (!path)
            return path.error();
        const auto live = live_memcg_id(context, *path);
        if (live && *live)
            id = *live;
        else
            return zombies_with_path(client, *path);
    }
    const auto memcg = client.memcg(*id);
    if (memcg)
        return std::vector{*memcg};
    if (memcg.error().error_number == ENOENT)
        return Error{.message = fmt::format("there is no memcg with the id {}", *id),
                     .hint = "kmemcgctl zombies list",
                     .error_number = ENOENT};
    return memcg.error();
}

Outcome run_show(Context& context, const std::string& which) {
    auto client = context.connect();
    if (!client)
        return client.error();
    const auto memcgs = find(context, *client, which);
    if (!memcgs)
        return memcgs.error();
    print_memcgs(context, *memcgs);
    return exit_ok;
}

} // namespace

void add_memcg(Options& options, Context& context) {
    auto show = options.subcommand("show", "show one memcg, alive or zombie");
    options.needs_subcommand();
    auto which = std::make_shared<std::string>();
    show.positional("ID|PATH", *which, "its cgroup id, its directory, or the path that it had",
                    true);
    show.run(context, [which](Context& at_run) { return run_show(at_run, *which); });
}

} // namespace kmemcgd
