// SPDX-License-Identifier: GPL-2.0-only
// Errors are values: what went wrong in words, what the user can do about it,
// and which exit code it leads to. Nothing here throws.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace kmemcgd {

// The numbers are the exit codes that docs/kmemcgctl.md promises.
enum class Fault : int {
    failed = 1,
    usage = 2,
    not_loaded = 3,
    permission = 4,
    unsupported = 5,
    partial = 6,
};

struct Error {
    Fault fault = Fault::failed;
    std::string message = {};
    std::string hint = {};
    // What the kernel said, when it was the kernel that refused.
    int error_number = 0;
    std::optional<std::uint16_t> attribute = std::nullopt;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> allowed = std::nullopt;
};

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() { return std::get<0>(state_); }
    const T& value() const { return std::get<0>(state_); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    Error& error() { return std::get<1>(state_); }
    const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

using Status = Result<std::monostate>;

// What was asked for can't be right.
inline Error usage_error(std::string message, std::string hint = {}) {
    return Error{.fault = Fault::usage, .message = std::move(message), .hint = std::move(hint)};
}

inline Status success() {
    return Status{std::monostate{}};
}

inline Status first_failure(std::span<const Status> all) {
    for (const auto& status : all) {
        if (!status)
            return status;
    }
    return success();
}

// The same, and what it is about.
inline Error about(std::string_view what, Error error) {
    error.message = std::string(what) + ": " + error.message;
    return error;
}

} // namespace kmemcgd
