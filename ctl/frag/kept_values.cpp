// SPDX-License-Identifier: GPL-2.0-only
#include "frag/kept_values.hpp"

#include "client/system.hpp"
#include "doctor/text_file.hpp"
#include "render/json.hpp"

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;

constexpr auto note_name = "relief.json";
constexpr auto lock_name = "relief.lock";

std::map<std::string, KeptValue> read_note(const fs::path& file) {
    std::map<std::string, KeptValue> values;
    std::ifstream in(file);
    const auto document = Json::parse(in, nullptr, false);
    if (!document.is_object())
        return values; // none, or cut off: then nothing had been raised yet
    for (const auto& [name, value] : document.items()) {
        if (value.is_object() && value.value("before", Json()).is_number_unsigned() &&
            value.value("raised", Json()).is_number_unsigned())
            values[name] = {value["before"], value["raised"]};
    }
    return values;
}

} // namespace

Setting file_setting(std::string name, const fs::path& file) {
    return {std::move(name),
            [file]() -> Result<std::uint64_t> {
                const auto text = read_text_file(file);
                if (!text)
                    return text.error();
                if (const auto value = only_value(*text))
                    return *value;
                return Error{.message = fmt::format("{} has no number", file.string())};
            },
            [file](std::uint64_t value) -> Status {
                const Descriptor opened(::open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
                if (opened.number() < 0)
                    return file_error("write", file, errno);
                const auto text = fmt::format("{}\n", value);
                if (::write(opened.number(), text.data(), text.size()) < 0)
                    return file_error("write", file, errno);
                return success();
            }};
}

Result<KeptValues> KeptValues::open(const fs::path& directory) {
    std::error_code unknown;
    fs::create_directories(directory, unknown);
    const auto lock_file = directory / lock_name;
    constexpr mode_t mode = 0600;
    Descriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode));
    if (lock.number() < 0)
        return file_error("open", lock_file, errno);
    if (::flock(lock.number(), LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK)
            return file_error("lock", lock_file, errno);
        return Error{.message = "another kmemcgctl is relieving fragmentation",
                     .hint = "wait until it is done; it may be the daemon"};
    }
    KeptValues kept(std::move(lock), directory / note_name);
    kept.values_ = read_note(kept.file_);
    return kept;
}

bool KeptValues::left(const fs::path& directory) {
    std::error_code unknown;
    return fs::exists(directory / note_name, unknown);
}

Status KeptValues::note(const std::string& name, KeptValue value) {
    values_[name] = value;
    auto saved = save();
    if (!saved)
        values_.erase(name);
    return saved;
}

Status KeptValues::forget(const std::string& name) {
    values_.erase(name);
    return save();
}

Result<bool> KeptValues::put_back(const Setting& setting) {
    const auto kept = values_.find(setting.name);
    if (kept == values_.end())
        return false;
    const auto now = setting.read();
    if (!now)
        return now.error();
    const bool ours = *now == kept->second.raised;
    if (ours) {
        if (auto written = setting.write(kept->second.before); !written)
            return written.error();
    }
    if (auto forgotten = forget(setting.name); !forgotten)
        return forgotten.error();
    return ours;
}

Status KeptValues::save() const {
    std::error_code failure;
    if (values_.empty()) {
        fs::remove(file_, failure);
        return failure ? Status(file_error("remove", file_, failure.value())) : success();
    }
    auto document = Json::object();
    for (const auto& [name, value] : values_)
        document[name] = {{"before", value.before}, {"raised", value.raised}};
    return replace_file(file_, document.dump() + '\n');
}

Result<Raised> Raised::raise(Setting setting, std::uint64_t value, KeptValues& kept) {
    // Its value is not the one to go back to.
    if (kept.all().count(setting.name) != 0)
        return Error{.message = fmt::format("{} is still raised, from before", setting.name)};
    const auto before = setting.read();
    if (!before)
        return before.error();
    if (auto noted = kept.note(setting.name, {*before, value}); !noted)
        return noted.error();
    if (auto written = setting.write(value); !written) {
        (void)kept.put_back(setting); // it may have been written all the same
        return written.error();
    }
    return Raised(std::move(setting), kept);
}

Status Raised::put_back() {
    if (kept_ == nullptr)
        return success();
    auto back = std::exchange(kept_, nullptr)->put_back(setting_);
    if (!back)
        return back.error();
    return success();
}

Status put_back(std::optional<Raised>& raised) {
    if (!raised)
        return success();
    auto back = raised->put_back();
    raised.reset();
    return back;
}

} // namespace kmemcgd
