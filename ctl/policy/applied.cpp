// SPDX-License-Identifier: GPL-2.0-only
#include "policy/applied.hpp"

#include "client/system.hpp"
#include "render/json.hpp"

#include <cerrno>
#include <fstream>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

constexpr auto watermarks_key = "watermarks";
constexpr auto classes_key = "classes"; // files from before there were any lack it

Error cannot(const char* what, const fs::path& file, int number) {
    auto error = system_error(fmt::format("cannot {} {}", what, file.string()), number);
    error.hint =
        "it has the ids of the cgroups whose watermarks and classes come from the policy file";
    return error;
}

std::optional<Ids> read_ids(const Json& list) {
    Ids ids;
    if (!list.is_array())
        return std::nullopt;
    for (const auto& id : list) {
        if (id.is_number_unsigned())
            ids.insert(id.get<std::uint64_t>());
    }
    return ids.size() == list.size() ? std::optional(std::move(ids)) : std::nullopt;
}

} // namespace

Result<Applied> read_applied(const fs::path& file) {
    std::error_code unknown;
    if (!fs::exists(file, unknown))
        return Applied{};
    std::ifstream in(file);
    if (!in)
        return cannot("read", file, errno);
    const auto document = Json::parse(in, nullptr, false);
    if (document.is_object() && document.contains(watermarks_key)) {
        auto watermarks = read_ids(document[watermarks_key]);
        auto classes = read_ids(document.value(classes_key, Json::array()));
        if (watermarks && classes)
            return Applied{std::move(*watermarks), std::move(*classes)};
    }
    return Error{.message = fmt::format("{} is damaged", file.string()),
                 .hint = "remove it; what no rule is for any more then stays"};
}

Status write_applied(const fs::path& file, const Applied& applied) {
    std::error_code failure;
    fs::create_directories(file.parent_path(), failure);
    const Json document{{watermarks_key, applied.watermarks}, {classes_key, applied.classes}};
    const auto written = replace_file(file, document.dump() + '\n');
    if (!written)
        return cannot("write", file, written.error().error_number);
    return success();
}

} // namespace kmemcgd
