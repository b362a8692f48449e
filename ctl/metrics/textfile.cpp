// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/textfile.hpp"

#include "client/descriptor.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

constexpr mode_t readable_by_all = 0644;

Error cannot_write(const fs::path& path, int number) {
    const auto hint = [&]() -> std::string {
        switch (number) {
        case ENOENT:
        case ENOTDIR:
            return fmt::format("there has to be a directory {}", path.parent_path().string());
        case EACCES:
        case EPERM:
        case EROFS:
            return fmt::format("the daemon's user has to be able to make files in {}; its unit "
                               "needs ReadWritePaths= as well (docs/metrics.md)",
                               path.parent_path().string());
        default:
            return {};
        }
    }();
    return Error{.message =
                     fmt::format("cannot write {}: {}", path.string(), std::strerror(number)),
                 .hint = hint,
                 .error_number = number};
}

// 0, or what errno was. Not to the disk: after a crash there are newer numbers anyway.
int write_all(const fs::path& path, std::string_view text) {
    // Whatever is there by that name is not followed, and not added to.
    ::unlink(path.c_str());
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, readable_by_all));
    if (file.number() < 0 || ::fchmod(file.number(), readable_by_all) < 0)
        return errno;
    while (!text.empty()) {
        const auto written = ::write(file.number(), text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

} // namespace

Status write_textfile(const fs::path& path, std::string_view text) {
    const fs::path fresh = path.string() + ".new";
    int failure = write_all(fresh, text);
    if (failure == 0 && ::rename(fresh.c_str(), path.c_str()) < 0)
        failure = errno;
    if (failure == 0)
        return success();
    ::unlink(fresh.c_str());
    return cannot_write(path, failure);
}

} // namespace kmemcgd
