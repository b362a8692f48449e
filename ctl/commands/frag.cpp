// SPDX-License-Identifier: GPL-2.0-only
// Fragmented memory: whether large blocks can be had, and how to have more of them.
#include "commands/command.hpp"
#include "commands/options.hpp"

namespace kmemcgd {

void add_frag(Options& options, Context& context) {
    add_frag_show(options, context);
    add_frag_explain(options, context);
    add_frag_relieve(options, context);
    add_frag_watch(options, context);
}

} // namespace kmemcgd
