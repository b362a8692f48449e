// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/host_facts.hpp"

#include "doctor/text_file.hpp"
#include "host/load.hpp"

#include <sstream>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t bytes_per_kb = 1024; // as /proc/meminfo means it
constexpr auto secure_boot_variable =
    "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
constexpr std::size_t attribute_bytes = 4; // before the value of an EFI variable

bool is_there(const fs::path& path) {
    std::error_code unknown;
    return fs::exists(path, unknown);
}

std::string without_newline(std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

class Reader {
public:
    Reader(const fs::path& root, HostFacts& facts) : root_(&root), facts_(&facts) {}

    // Empty when it can't be read, which is noted.
    std::string text(std::string_view file, const std::string& what) {
        auto content = read_text_file(*root_ / file);
        if (content)
            return std::move(*content);
        facts_->not_seen.push_back({what, content.error().message});
        return {};
    }

private:
    const fs::path* root_;
    HostFacts* facts_;
};

void read_meminfo(Reader& reader, HostFacts& facts) {
    const auto text = reader.text("proc/meminfo", "per-CPU memory");
    const auto bytes = [&](std::string_view key) {
        const auto kb = value_of(text, key);
        return kb ? std::optional(*kb * bytes_per_kb) : std::nullopt;
    };
    facts.memory_bytes = bytes("MemTotal");
    facts.percpu_bytes = bytes("Percpu");
    if (!text.empty() && !facts.percpu_bytes)
        facts.not_seen.push_back({"per-CPU memory", "/proc/meminfo has no Percpu"});
}

void read_secure_boot(const fs::path& root, HostFacts& facts) {
    if (!is_there(root / "sys/firmware/efi")) {
        facts.secure_boot = false; // no EFI, no Secure Boot
        return;
    }
    const auto text = read_text_file(root / secure_boot_variable);
    if (text && text->size() > attribute_bytes)
        facts.secure_boot = text->at(attribute_bytes) == '\1';
    else
        facts.not_seen.push_back(
            {"Secure Boot", text ? "its EFI variable is too short" : text.error().message});
}

} // namespace

std::string parse_lockdown(std::string_view text) {
    const auto begin = text.find('[');
    const auto end = text.find(']');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
        return {};
    return std::string(text.substr(begin + 1, end - begin - 1));
}

std::optional<std::uint64_t> parse_memory_cgroups(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string name;
        std::uint64_t hierarchy = 0;
        std::uint64_t count = 0;
        if (fields >> name >> hierarchy >> count && name == "memory")
            return count;
    }
    return std::nullopt;
}

HostFacts read_host_facts(const fs::path& root) {
    HostFacts facts;
    Reader reader(root, facts);
    facts.kernel_release =
        without_newline(reader.text("proc/sys/kernel/osrelease", "the kernel's version"));
    read_meminfo(reader, facts);
    facts.counted_memcgs =
        parse_memory_cgroups(reader.text("proc/cgroups", "the kernel's count of memory cgroups"));
    facts.cpus = count_cpus(reader.text("sys/devices/system/cpu/possible", "possible CPUs"));
    facts.lockdown = parse_lockdown(reader.text("sys/kernel/security/lockdown", "kernel lockdown"));
    const auto enforced = without_newline(
        reader.text("sys/module/module/parameters/sig_enforce", "module signature enforcement"));
    if (!enforced.empty())
        facts.signatures_enforced = enforced == "Y" || enforced == "1";
    read_secure_boot(root, facts);
    facts.vendor_reaper = is_there(root / "sys/kernel/mm/memcg_reaper");
    return facts;
}

} // namespace kmemcgd
