// SPDX-License-Identifier: GPL-2.0-only
#include "top/fit.hpp"

#include <algorithm>
#include <cwchar>
#include <cwctype>
#include <vector>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::string_view cut_mark = "..";

// What stays together: a character, or an escape.
struct Piece {
    std::string text;
    std::size_t columns = 0;
};

Piece escape(char byte) {
    auto text = fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    const auto columns = text.size();
    return {std::move(text), columns};
}

std::vector<Piece> split(std::string_view text) {
    std::vector<Piece> pieces;
    while (!text.empty()) {
        std::mbstate_t state{};
        wchar_t wide = 0;
        const auto size = std::mbrtowc(&wide, text.data(), text.size(), &state);
        // 0 is a NUL; what is no character, or half of one, is more than there is.
        const bool valid = size > 0 && size <= text.size();
        const int columns =
            valid && std::iswprint(static_cast<std::wint_t>(wide)) != 0 ? ::wcwidth(wide) : -1;
        // A backslash is escaped, so that nobody's name looks like an escape.
        const bool shown = columns > 0 && wide != L'\\';
        const auto length = valid ? size : 1;
        if (shown)
            pieces.push_back(
                {std::string(text.substr(0, length)), static_cast<std::size_t>(columns)});
        else
            std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length),
                           std::back_inserter(pieces), escape);
        text.remove_prefix(length);
    }
    return pieces;
}

std::string pad(std::string text, std::size_t blanks, Side side) {
    return side == Side::left ? text + std::string(blanks, ' ') : std::string(blanks, ' ') + text;
}

} // namespace

std::string fit(std::string_view text, std::size_t columns, Cut cut, Side side) {
    auto pieces = split(text);
    std::size_t width = 0;
    for (const auto& piece : pieces)
        width += piece.columns;
    std::string fitted;
    if (width <= columns) {
        for (const auto& piece : pieces)
            fitted += piece.text;
        return pad(std::move(fitted), columns - width, side);
    }
    if (cut == Cut::front)
        std::reverse(pieces.begin(), pieces.end());
    const auto mark = cut_mark.substr(0, columns);
    auto room = columns - mark.size();
    std::size_t kept = 0;
    while (kept < pieces.size() && pieces[kept].columns <= room)
        room -= pieces[kept++].columns;
    pieces.resize(kept);
    if (cut == Cut::front)
        std::reverse(pieces.begin(), pieces.end());
    for (const auto& piece : pieces)
        fitted += piece.text;
    fitted = cut == Cut::front ? std::string(mark) + fitted : fitted + std::string(mark);
    return pad(std::move(fitted), room, side);
}

} // namespace kmemcgd
