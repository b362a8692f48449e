// SPDX-License-Identifier: GPL-2.0-only
#include "host/pagetypeinfo.hpp"

#include "doctor/text_file.hpp"
#include "host/zone_line.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr std::string_view pages_per_block = "Pages per block:";
// "pages" is the kernel's word: they are blocks.
constexpr std::string_view free_counts = "Free pages count per migrate type";
constexpr std::string_view pageblock_counts = "Number of blocks type";

class Parser {
public:
    Result<PageTypes> parse(std::string_view text) {
        for (int number = 1; !text.empty(); ++number) {
            const auto line = next_line(text);
            if (!take(line))
                return Error{.message =
                                 fmt::format("/proc/pagetypeinfo: line {} has an unknown shape: {}",
                                             number, quote(line)),
                             .hint = "expected: Node N, zone NAME, type NAME, and counts"};
        }
        if (found_.types.empty())
            return Error{.message = "/proc/pagetypeinfo has no free blocks by migrate type"};
        return std::move(found_);
    }

private:
    enum class Section { other, free, pageblocks };

    bool take(std::string_view line) {
        if (!line.starts_with("Node"))
            return begin_section(line);
        if (section_ == Section::free)
            return take_free(line);
        return section_ == Section::other || take_pageblocks(line);
    }

    bool begin_section(std::string_view line) {
        section_ = Section::other;
        if (line.starts_with(pages_per_block)) {
            line.remove_prefix(pages_per_block.size());
            return read_number(next_word(line), found_.pages_per_block);
        }
        if (line.starts_with(free_counts))
            section_ = Section::free;
        if (!line.starts_with(pageblock_counts))
            return true;
        section_ = Section::pageblocks;
        line.remove_prefix(pageblock_counts.size());
        names_.clear();
        for (auto word = next_word(line); !word.empty(); word = next_word(line))
            names_.emplace_back(word);
        return !names_.empty();
    }

    bool take_free(std::string_view line) {
        auto zone = take_zone(line);
        if (!zone || next_word(line) != "type")
            return false;
        TypeBlocks blocks{
            zone->node, std::move(zone->zone), std::string(next_word(line)), {}, false, {}};
        for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
            if (word.starts_with('>')) {
                blocks.at_least = true;
                word.remove_prefix(1);
            }
            if (!read_number(word, blocks.free_blocks.emplace_back()))
                return false;
        }
        const auto orders = blocks.free_blocks.size();
        if (orders == 0 || orders > most_orders ||
            (!found_.types.empty() && orders != found_.types.front().free_blocks.size()))
            return false;
        found_.types.push_back(std::move(blocks));
        return true;
    }

    // As many as there are names, in their order.
    bool take_pageblocks(std::string_view line) {
        const auto zone = take_zone(line);
        if (!zone)
            return false;
        for (const auto& name : names_) {
            std::uint64_t count = 0;
            if (!read_number(next_word(line), count))
                return false;
            const auto type = std::find_if(
                found_.types.begin(), found_.types.end(), [&](const TypeBlocks& known) {
                    return known.node == zone->node && known.zone == zone->zone &&
                           known.type == name;
                });
            if (type != found_.types.end())
                type->pageblocks = count;
        }
        return next_word(line).empty();
    }

    Section section_ = Section::other;
    std::vector<std::string> names_; // of types, above the pageblocks
    PageTypes found_;
};

} // namespace

Result<PageTypes> parse_pagetypeinfo(std::string_view text) {
    return Parser().parse(text);
}

Result<PageTypes> read_pagetypeinfo(const std::filesystem::path& root) {
    const auto text = read_text_file(root / "proc/pagetypeinfo");
    if (!text)
        return text.error();
    return parse_pagetypeinfo(*text);
}

} // namespace kmemcgd
