// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <utility>

#include <unistd.h>

namespace kmemcgd {

// Owns a file descriptor; a negative one is none.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }

    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

} // namespace kmemcgd
