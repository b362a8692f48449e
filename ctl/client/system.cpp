// SPDX-License-Identifier: GPL-2.0-only
#include "client/system.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

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
    const std::filesystem::path fresh = file.string() + ".new";
    {
        std::ofstream out(fresh, std::ios::trunc);
        out << text;
        out.flush();
        if (!out)
            return file_error("write", fresh, errno);
    }
    std::error_code failure;
    std::filesystem::rename(fresh, file, failure);
    return failure ? Status(file_error("write", file, failure.value())) : success();
}

timespec time_left(TimePoint deadline, TimePoint now) {
    using namespace std::chrono;
    const auto rest = std::max(nanoseconds(0), nanoseconds(deadline - now));
    return {.tv_sec = static_cast<time_t>(duration_cast<seconds>(rest).count()),
            .tv_nsec = static_cast<long>((rest % seconds(1)).count())};
}

} // namespace kmemcgd
