// SPDX-License-Identifier: GPL-2.0-only
#include "client/system.hpp"

#include "client/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kmemcgd {

Error system_error(std::string_view what, int error_number) {
    return {.message = fmt::format("{}: {}", what, std::generic_category().message(error_number)),
            .error_number = error_number};
}

Error file_error(std::string_view what, const std::filesystem::path& file, int error_number) {
    auto error = system_error(fmt::format("cannot {} {}", what, file.string()), error_number);
    if (error_number == EACCES || error_number == EPERM)
        error.fault = Fault::permission;
    return error;
}

Status replace_file(const std::filesystem::path& file, std::string_view text) {
    constexpr mode_t readable_by_all = 0644;
    const std::filesystem::path fresh = file.string() + ".new";
    ::unlink(fresh.c_str());
    {
        const Descriptor opened(
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, readable_by_all));
        if (opened.number() < 0 || ::fchmod(opened.number(), readable_by_all) != 0)
            return file_error("write", fresh, errno);
        while (!text.empty()) {
            const auto written = ::write(opened.number(), text.data(), text.size());
            if (written < 0 && errno != EINTR)
                return file_error("write", fresh, errno);
            text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
        }
    }
    if (::rename(fresh.c_str(), file.c_str()) != 0)
        return file_error("write", file, errno);
    return success();
}

timespec time_left(TimePoint deadline, TimePoint now) {
    using namespace std::chrono;
    const auto rest = std::max(nanoseconds(0), nanoseconds(deadline - now));
    return {.tv_sec = static_cast<time_t>(duration_cast<seconds>(rest).count()),
            .tv_nsec = static_cast<long>((rest % seconds(1)).count())};
}

} // namespace kmemcgd
