// SPDX-License-Identifier: GPL-2.0-only
// What the targets share: one reads its input, all say when something is wrong.
#pragma once

#include "client/attributes.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace kmemcgd {

// Longer ones only take time: what is read is read attribute by attribute.
constexpr std::size_t longest_input = 4096;

// Ends the program, which is how libFuzzer hears of it.
inline void require(bool holds, const char* what) {
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

// Bytes that are used up from the front; what is not there is 0.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : rest_(std::as_bytes(std::span(data, size))) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] Bytes rest() const { return rest_; }

    std::uint8_t byte() {
        const auto one = bytes(1);
        return one.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(one.front());
    }
    std::uint16_t word() {
        const auto low = byte();
        return static_cast<std::uint16_t>(low | byte() << 8);
    }
    Bytes bytes(std::size_t wanted) {
        const auto taken = rest_.first(std::min(wanted, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

private:
    Bytes rest_;
};

// What a target does with an input; each has its own.
void fuzz(Input input);

} // namespace kmemcgd
