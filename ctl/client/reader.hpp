// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "client/codec.hpp"

#include <algorithm>

namespace kmemcgd {

// Reads one after the other and keeps the first error, so that a decoder is a
// list of what it wants.
class Reader {
public:
    explicit Reader(const Attributes& attributes) : attributes_(&attributes) {}

    void u64(int type, std::string_view name, std::uint64_t& out) {
        take(attributes_->u64(type, name), out);
    }
    void u32(int type, std::string_view name, std::uint32_t& out) {
        take(attributes_->u32(type, name), out);
    }
    void string(int type, std::string_view name, std::string& out) {
        take(attributes_->string(type, name), out);
    }
    void flag(int type, std::string_view name, bool& out) {
        std::uint8_t value = 0;
        take(attributes_->u8(type, name), value);
        out = value != 0;
    }
    void maybe(int type, std::string_view name, std::optional<std::uint64_t>& out) {
        if (const auto* attribute = attributes_->find(type))
            take(attribute->u64(name), out);
    }
    void maybe(int type, std::string_view name, std::optional<std::uint32_t>& out) {
        if (const auto* attribute = attributes_->find(type))
            take(attribute->u32(name), out);
    }
    void histogram(int type, std::string_view name, Histogram& out) {
        const auto* attribute = attributes_->find(type);
        if (attribute == nullptr)
            return fail(missing_attribute(name));
        const auto values = attribute->u64_array(name, out.size());
        if (!values)
            return fail(values.error());
        std::copy(values->begin(), values->end(), out.begin());
    }
    template <class Owner>
    void counters(std::span<const CounterField<Owner>> fields, Owner& owner) {
        for (const auto& field : fields)
            u64(field.attribute, field.name, owner.*(field.member));
    }
    void fail(const Error& error) {
        if (!error_)
            error_ = error;
    }
    template <class T>
    Result<T> finish(T value) const {
        if (error_)
            return *error_;
        return value;
    }

private:
    template <class From, class To>
    void take(const Result<From>& from, To& to) {
        if (from)
            to = *from;
        else
            fail(from.error());
    }

    const Attributes* attributes_;
    std::optional<Error> error_;
};

} // namespace kmemcgd
