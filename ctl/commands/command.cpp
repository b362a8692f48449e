// SPDX-License-Identifier: GPL-2.0-only
#include "commands/command.hpp"

#include "commands/options.hpp"
#include "controller/log.hpp"
#include "render/nearest.hpp"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::array<std::string_view, 4> format_words{"auto", "human", "plain", "json"};
constexpr std::array formats{Format::automatic, Format::human, Format::plain, Format::json};

void print_error(const Context& context, const Error& error) {
    if (context.json()) {
        auto document = json_document();
        document["error"] = to_json(error);
        context.print_document(document);
    }
    context.complain(error);
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& subcommands) {
    std::vector<std::string> names;
    for (const auto* sub : subcommands)
        names.push_back(sub->get_name());
    return names;
}

std::vector<const CLI::App*> all_subcommands(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

// The innermost command that was typed, and how to type it.
const CLI::App& deepest(const CLI::App& app, std::string& path) {
    const auto* at = &app;
    path = app.get_name();
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
        path += " " + at->get_name();
    }
    return *at;
}

Error no_such_command(const std::string& typed, const std::vector<std::string>& names) {
    auto error = usage_error(fmt::format("there is no command \"{}\"", typed), "kmemcgctl help");
    if (const auto meant = nearest(typed, names))
        error.hint = fmt::format("did you mean \"{}\"?", *meant);
    return error;
}

// CLI11 only says that a word was not expected, or that a subcommand was; say
// which one may be meant.
Error explain(const CLI::App& app, const CLI::ParseError& failure) {
    std::string path;
    const auto* at = &deepest(app, path);
    const auto extras = app.remaining(true);
    const auto names = names_of(all_subcommands(*at));
    if (!names.empty() && !extras.empty() && !extras.front().starts_with("-"))
        return no_such_command(extras.front(), names);
    return usage_error(failure.what(), path + " --help");
}

void declare(CLI::App& app, Context& context, bool& json) {
    app.require_subcommand(0, 1);
    app.fallthrough();
    app.set_help_flag("-h,--help", "print this help");
    app.set_version_flag("-V,--version", "kmemcgctl " + program_version(),
                         "print the version, without asking the module for its own");
    app.add_flag("--json", json, "print JSON, with \"schema\": 1");
    const auto take_format = [&context](const std::string& word) {
        context.format = formats.at(find_word("--format", word, format_words));
    };
    app.add_option_function<std::string>(
           "--format", take_format,
           "human, plain or json; by default human on a terminal, else plain")
        ->option_text("FORMAT");
    app.add_option("--cgroup-root", context.cgroup_root,
                   "where the memory controller's hierarchy is mounted")
        ->option_text("PATH");
    for (const auto& command : commands()) {
        auto* sub = app.add_subcommand(command.name, command.summary);
        sub->fallthrough();
        Options options(*sub);
        command.add(options, context);
    }
}

// Not app.help(): whatever it is called on, that prints the help of the
// subcommand that was typed.
void print_help_of(const Context& context, const CLI::App& app, const std::string& path) {
    context.out() << app.get_formatter()->make_help(&app, path, CLI::AppFormatMode::Normal);
}

Outcome print_help(const Context& context, const CLI::App& app, const std::string& command) {
    if (command.empty()) {
        print_help_of(context, app, app.get_name());
        return exit_ok;
    }
    const auto names = names_of(all_subcommands(app));
    if (std::find(names.begin(), names.end(), command) == names.end())
        return no_such_command(command, names);
    const auto* sub = app.get_subcommand(command);
    const auto path = app.get_name() + " " + command;
    print_help_of(context, *sub, path);
    for (const auto* nested : all_subcommands(*sub)) {
        context.out() << '\n';
        print_help_of(context, *nested, path + " " + nested->get_name());
    }
    return exit_ok;
}

Outcome parse_and_run(Context& context, std::span<const std::string> arguments) {
    CLI::App app("Frees zombie memory cgroups: the controller of the kmemcgd kernel module",
                 "kmemcgctl");
    bool json = false;
    declare(app, context, json);
    // Decided before parsing, so that errors of parsing obey it too.
    if (std::find(arguments.begin(), arguments.end(), "--json") != arguments.end())
        context.format = Format::json;
    try {
        // CLI11 takes the arguments from the back.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        std::string path;
        print_help_of(context, deepest(app, path), path);
        return exit_ok;
    } catch (const CLI::CallForVersion& version) {
        context.out() << version.what() << '\n';
        return exit_ok;
    } catch (const CLI::ParseError& failure) {
        return explain(app, failure);
    }
    if (json)
        context.format = Format::json;
    if (app.get_subcommands().empty())
        return run_status(context);
    if (context.action)
        return context.action(context);
    return print_help(context, app, context.help_for);
}

} // namespace

bool Context::human() const {
    return format == Format::human || (format == Format::automatic && world->out_is_terminal);
}

Paint Context::paint() const {
    return Paint(world->out_is_terminal && !world->no_colour && format != Format::plain);
}

Result<Client> Context::connect() const {
    auto transport = world->open_transport();
    if (!transport)
        return transport.error();
    return Client::connect(std::move(*transport), *world->clock);
}

void Context::complain(const Error& error) const {
    const Paint paint(world->err_is_terminal && !world->no_colour);
    const auto level =
        world->err_is_journal ? fmt::format("<{}>", static_cast<int>(LogLevel::error)) : "";
    err() << level << paint.red("kmemcgctl: ") << printable(error.message) << '\n';
    if (!error.hint.empty())
        err() << level << "  hint: " << printable(error.hint) << '\n';
}

void Context::print_document(const Json& document) const {
    out() << json_text(document, world->out_is_terminal) << '\n';
}

void Context::print_line(const Json& document) const {
    // Flushed: somebody reads along.
    out() << json_text(document, false) << std::endl;
}

void add_help(Options& options, Context& context) {
    options.positional("COMMAND", context.help_for, "the command", false);
}

int run(World& world, std::span<const std::string> arguments) {
    Context context{.world = &world,
                    .format = Format::automatic,
                    .cgroup_root = {},
                    .action = {},
                    .help_for = {}};
    const auto outcome = parse_and_run(context, arguments);
    if (outcome) {
        world.out->flush();
        if (*world.out)
            return *outcome;
        // A full disk must not look like a complete answer.
        print_error(context, Error{.message = "cannot write the output"});
        return static_cast<int>(Fault::failed);
    }
    print_error(context, outcome.error());
    return static_cast<int>(outcome.error().fault);
}

} // namespace kmemcgd
