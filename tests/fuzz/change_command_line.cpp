// SPDX-License-Identifier: GPL-2.0-only
// How libFuzzer changes an input of "command_line": often word by word. A change of
// bytes mostly makes an option that does not exist.
#include "command_lines.hpp"
#include "fuzz.hpp"

#include <random>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed);

namespace kmemcgd {
namespace {

using Random = std::minstd_rand;

// Values at the ends of what is allowed, and beyond.
constexpr std::array odd_values = {
    "",
    "-",
    "--",
    "-1",
    "0",
    "1.",
    ".5",
    "1.5",
    "1.5s",
    "0.1%",
    "1.0000000001s",
    "18446744073709551615",
    "18446744073709551616",
    "309485009821345068.724781056T",
    "=",
    "enabled=",
    "/",
    "/..",
    "/app/",
    "/*/*",
    "/[a-",
    "[!",
    "\x1b[2J",
    "\xc2\x9b",
};

std::vector<std::string> make_vocabulary() {
    std::vector<std::string> words(odd_values.begin(), odd_values.end());
    for (const auto* line : command_lines) {
        for (auto& word : words_of(line))
            words.push_back(std::move(word));
    }
    return words;
}

std::size_t below(Random& random, std::size_t limit) {
    return random() % limit;
}

std::string changed(std::string word) {
    const auto size = word.size();
    word.resize(size + 8);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    auto* bytes = reinterpret_cast<std::uint8_t*>(word.data());
    word.resize(LLVMFuzzerMutate(bytes, size, word.size()));
    return word;
}

void change(std::vector<std::string>& words, Random& random) {
    static const auto vocabulary = make_vocabulary();
    const auto& other = vocabulary[below(random, vocabulary.size())];
    const auto place = static_cast<std::ptrdiff_t>(below(random, words.size() + 1));
    const auto at = words.begin() + place;
    switch (at == words.end() ? 0 : below(random, 4)) {
    case 0:
        words.insert(at, other);
        break;
    case 1:
        *at = other;
        break;
    case 2:
        words.erase(at);
        break;
    default:
        *at = changed(*at);
    }
}

} // namespace
} // namespace kmemcgd

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned int seed) {
    kmemcgd::Random random(seed);
    random.discard(2); // seeds that are near begin alike
    if (size == 0 || kmemcgd::below(random, 4) == 0)
        return LLVMFuzzerMutate(data, size, most);
    kmemcgd::Input input(data, size);
    std::string line(1, static_cast<char>(input.byte()));
    auto words = kmemcgd::split_words(input.rest());
    for (auto changes = kmemcgd::below(random, 3) + 1; changes > 0; --changes)
        kmemcgd::change(words, random);
    for (const auto& word : words)
        line += word + '\0';
    line.resize(std::min(line.size(), most));
    std::copy(line.begin(), line.end(), data);
    return line.size();
}
