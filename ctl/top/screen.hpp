// SPDX-License-Identifier: GPL-2.0-only
// A terminal that shows lines and tells of keys. Unit tests bring their own.
#pragma once

#include "client/transport.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kmemcgd {

struct Key {
    enum class Kind {
        character, // `text` has it, in the locale's encoding
        up,
        down,
        left,
        right,
        page_up,
        page_down,
        home,
        end,
        enter,
        escape,
        backspace,
    };
    Kind kind = Kind::character;
    std::string text = {};
};

struct ScreenSize {
    std::size_t columns = 80;
    std::size_t lines = 24;
};

struct Line {
    enum class Style { plain, strong, title, selected };
    std::string text; // no wider than the screen
    Style style = Style::plain;
};

struct ScreenInput {
    enum class Kind { key, resized, due, stop };
    Kind kind = Kind::due;
    Key key = {};
};

class Screen {
public:
    Screen() = default;
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    virtual ~Screen() = default; // gives the terminal back as it was

    [[nodiscard]] virtual ScreenSize size() const = 0;
    virtual void show(const std::vector<Line>& lines) = 0;
    // Without a deadline: until something happens.
    virtual Result<ScreenInput> wait(std::optional<TimePoint> deadline) = 0;
};

using OpenScreen = std::function<Result<std::unique_ptr<Screen>>()>;

} // namespace kmemcgd
