// SPDX-License-Identifier: GPL-2.0-only
// Gives a target each file of its corpus once. With this instead of libFuzzer,
// every compiler will do, and it takes no time.
#include "fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace {

namespace fs = std::filesystem;

// On the heap and of just that size, so that reading behind it is seen.
std::vector<char> read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    bytes.shrink_to_fit();
    return bytes;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: " << argv[0] << " DIRECTORY\n";
        return 2;
    }
    int count = 0;
    for (const auto& entry : fs::directory_iterator(argv[1])) {
        // Said before, for whoever looks at what it died of.
        std::cout << entry.path().filename().string() << std::endl;
        const auto bytes = read(entry.path());
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
        const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
        if (LLVMFuzzerTestOneInput(data, bytes.size()) != 0) {
            std::cerr << "the target does not take it\n";
            return 1;
        }
        ++count;
    }
    std::cout << count << " inputs\n";
    return count > 0 ? 0 : 1;
}
