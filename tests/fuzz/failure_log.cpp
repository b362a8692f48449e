// SPDX-License-Identifier: GPL-2.0-only
// A kernel's log with allocation failures in it.
#include "frag/explain.hpp"
#include "fuzz.hpp"

#include <string_view>

namespace kmemcgd {

void fuzz(Input input) {
    if (input.rest().size() > longest_input)
        return;
    const VersionHints hints{.option = {}, .host = KernelVersion{input.byte(), input.byte(), 0}};
    const auto bytes = input.rest();
    const std::string_view log(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (auto& failure : find_failures(log, 100)) {
        require(failure.order <= highest_order && failure.line > 0, "a failure has a place");
        const auto zones = failure.zones.size();
        const auto told = explain(std::move(failure), hints);
        require(told.bytes >= told.pages && told.pages > 0, "a block has a size");
        require(told.seen.size() == zones, "all zones are judged");
        require(!told.flags || told.could_wait.has_value(), "flags say whether it could wait");
        require(!told.advice.empty(), "something can be done");
        for (const auto& seen : told.seen)
            require(!seen.largest_bytes || *seen.largest_bytes > 0, "a block is not empty");
    }
}

} // namespace kmemcgd
