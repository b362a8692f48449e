// SPDX-License-Identifier: GPL-2.0-only
// Values of the host that are raised for a while, and put back whatever happens. SIGKILL
// can't be caught: what was raised is noted in a file, and the next run puts it back.
#pragma once

#include "client/descriptor.hpp"
#include "client/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace kmemcgd {

struct KeptValue {
    std::uint64_t before = 0;
    std::uint64_t raised = 0;
};

// Something that has a number.
struct Setting {
    std::string name;
    std::function<Result<std::uint64_t>()> read;
    std::function<Status(std::uint64_t)> write;
};

// A file below /proc/sys with a number. `file` is where it really is.
Setting file_setting(std::string name, const std::filesystem::path& file);

class KeptValues {
public:
    // Locked until it goes, so that nobody takes what we raised for what a dead run left.
    // Another process has it: an error.
    static Result<KeptValues> open(const std::filesystem::path& directory);
    // Whether there is a note, without a lock.
    static bool left(const std::filesystem::path& directory);

    [[nodiscard]] const std::map<std::string, KeptValue>& all() const { return values_; }
    Status note(const std::string& name, KeptValue value);
    Status forget(const std::string& name);
    // As it was, unless somebody set it to something else meanwhile; forgets it. True: it
    // was put back.
    Result<bool> put_back(const Setting& setting);

private:
    KeptValues(Descriptor lock, std::filesystem::path file)
        : lock_(std::move(lock)), file_(std::move(file)) {}
    [[nodiscard]] Status save() const;

    Descriptor lock_;
    std::filesystem::path file_;
    std::map<std::string, KeptValue> values_;
};

// Raised as long as it lives.
class Raised {
public:
    // `kept` must outlive it.
    static Result<Raised> raise(Setting setting, std::uint64_t value, KeptValues& kept);
    Raised(Raised&& other) noexcept
        : setting_(std::move(other.setting_)), kept_(std::exchange(other.kept_, nullptr)) {}
    Raised(const Raised&) = delete;
    Raised& operator=(const Raised&) = delete;
    Raised& operator=(Raised&&) = delete;
    ~Raised() { (void)put_back(); }

    // What can't be put back now stays noted.
    Status put_back();

private:
    Raised(Setting setting, KeptValues& kept) : setting_(std::move(setting)), kept_(&kept) {}

    Setting setting_;
    KeptValues* kept_;
};

// What is raised, if anything, and it is not any more.
Status put_back(std::optional<Raised>& raised);

} // namespace kmemcgd
