// SPDX-License-Identifier: GPL-2.0-only
// How libFuzzer, or replay.cpp, calls each of the targets.
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > kmemcgd::longest_input)
        return -1;
    kmemcgd::fuzz(kmemcgd::Input(data, size));
    return 0;
}
