// SPDX-License-Identifier: GPL-2.0-only
// /proc/pagetypeinfo, and the indices of debugfs: any text.
#include "host/pagetypeinfo.hpp"

#include "fuzz.hpp"
#include "host/extfrag.hpp"

#include <string_view>

namespace kmemcgd {

void fuzz(Input input) {
    if (input.rest().size() > longest_input)
        return;
    const auto bytes = input.rest();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto types = parse_pagetypeinfo(text);
    require(types || !types.error().message.empty(), "who fails says why");
    if (types) {
        require(!types->types.empty(), "what is understood has types");
        const auto orders = types->types.front().free_blocks.size();
        for (const auto& type : types->types)
            require(!type.zone.empty() && type.free_blocks.size() == orders && orders > 0,
                    "a type has a zone, and as many orders as the others");
    }
    if (const auto zones = parse_extfrag(text)) {
        for (const auto& zone : *zones) {
            for (const auto& index : zone.permille)
                require(index.value_or(0) <= 1000, "an index is a share");
        }
    }
}

} // namespace kmemcgd
