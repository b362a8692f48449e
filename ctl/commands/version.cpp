// SPDX-License-Identifier: GPL-2.0-only
#include "commands/command.hpp"
#include "commands/options.hpp"

#include <kmemcgd/version.h>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

// Answers always: without the module, or with another protocol, it says so.
Outcome run_version(Context& context) {
    const auto client = context.connect();
    if (context.json()) {
        auto document = json_document();
        document["kmemcgctl"] = {{"version", program_version()},
                                 {"protocol", KMEMCGD_GENL_VERSION}};
        document["module"] = nullptr;
        if (client)
            document["module"] = {{"version", client->info().module_version},
                                  {"protocol", client->info().protocol},
                                  {"kernel", client->info().kernel_release}};
        else
            document["module_error"] = to_json(client.error());
        context.print_document(document);
        return exit_ok;
    }
    context.out() << fmt::format("kmemcgctl {}, protocol {}\n", program_version(),
                                 KMEMCGD_GENL_VERSION);
    if (client)
        context.out() << fmt::format(
            "kmemcgd {}, protocol {}, on Linux {}\n", printable(client->info().module_version),
            client->info().protocol, printable(client->info().kernel_release));
    else
        context.out() << fmt::format("kmemcgd: {}\n", printable(client.error().message));
    return exit_ok;
}

} // namespace

std::string program_version() {
    return KMEMCGD_VERSION;
}

void add_version(Options& options, Context& context) {
    options.run(context, run_version);
}

} // namespace kmemcgd
