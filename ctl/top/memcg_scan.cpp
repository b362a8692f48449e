// SPDX-License-Identifier: GPL-2.0-only
#include "top/memcg_scan.hpp"

#include "client/descriptor.hpp"
#include "commands/cgroup_path.hpp"
#include "doctor/text_file.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

// Of a directory without directories in it: its own name, and ".". Those that count
// otherwise say 1.
constexpr nlink_t links_of_a_leaf = 2;

bool is_gone(int number) {
    return number == ENOENT || number == ENODEV || number == ENOTDIR;
}

std::optional<std::uint64_t> limit_of(int directory, const char* file) {
    const auto text = read_text_file(directory, file);
    return text ? parse_limit(*text) : std::nullopt;
}

std::optional<std::uint64_t> lower(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
    return a && b ? std::min(*a, *b) : a ? a : b;
}

class Scan {
public:
    Scan(const fs::path& root, unsigned version, std::size_t bound)
        : root_(&root), version_(version), bound_(bound), waiting_{"/"} {}

    MemcgScan run() && {
        while (!waiting_.empty()) {
            if (found_.memcgs.size() >= bound_) {
                found_.truncated = true;
                break;
            }
            const auto path = std::move(waiting_.back());
            waiting_.pop_back();
            look_at(path);
        }
        return std::move(found_);
    }

private:
    void look_at(const std::string& path) {
        const auto here = *root_ / fs::path(path).relative_path();
        const Descriptor directory(
            ::open(here.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct stat info {};
        if (directory.number() < 0 || ::fstat(directory.number(), &info) != 0) {
            found_.unreadable += is_gone(errno) ? 0 : 1;
            return;
        }
        const bool root = path == "/";
        // Without the controller, those below are without it as well.
        if (!root && !read_memcg(directory.number(), path, info.st_ino))
            return;
        if (info.st_nlink == links_of_a_leaf)
            return;
        std::error_code failure;
        for (const auto& name : subdirectories(here, failure))
            waiting_.push_back(root ? path + name : path + "/" + name);
        found_.unreadable += failure && !is_gone(failure.value()) ? 1 : 0;
    }

    // False: it is no memcg, or has gone.
    bool read_memcg(int directory, const std::string& path, std::uint64_t id) {
        const auto usage =
            read_text_file(directory, version_ == 2 ? "memory.current" : "memory.usage_in_bytes");
        if (!usage && is_gone(usage.error().error_number))
            return false;
        MemcgSample memcg;
        memcg.path = path;
        memcg.id = id;
        if (usage)
            memcg.usage_bytes = only_value(*usage);
        if (version_ == 2) {
            memcg.limit_bytes =
                lower(limit_of(directory, "memory.max"), limit_of(directory, "memory.high"));
            if (const auto pressure = read_text_file(directory, "memory.pressure"))
                memcg.pressure = parse_pressure(*pressure);
        } else {
            memcg.limit_bytes = limit_of(directory, "memory.limit_in_bytes");
        }
        found_.memcgs.push_back(std::move(memcg));
        return true;
    }

    const fs::path* root_;
    unsigned version_;
    std::size_t bound_;
    std::vector<std::string> waiting_;
    MemcgScan found_;
};

} // namespace

std::optional<double> parse_pressure(std::string_view text) {
    constexpr std::string_view begin = "some avg10=";
    if (!text.starts_with(begin))
        return std::nullopt;
    text.remove_prefix(begin.size());
    const auto percent = take_decimal(text);
    return text.starts_with(' ') && percent <= 100.0 ? percent : std::nullopt;
}

MemcgScan scan_memcgs(const fs::path& root, unsigned version, std::size_t bound) {
    return Scan(root, version, bound).run();
}

} // namespace kmemcgd
