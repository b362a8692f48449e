// SPDX-License-Identifier: GPL-2.0-only
// Writes the inputs that fuzzing begins with, each less than 1 KB: what the encoders
// make of every message, what a whole run receives, and every command line.
#include "command_lines.hpp"
#include "fuzz.hpp"
#include "host.hpp"
#include "policy/presets.hpp"
#include "scenes.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace kmemcgd {
namespace {

constexpr std::size_t longest_seed = 1000;

void put(Datagram& to, Bytes bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void put(Datagram& to, const std::string& text) {
    put(to, std::as_bytes(std::span(text)));
}

class Writer {
public:
    explicit Writer(std::filesystem::path directory) : directory_(std::move(directory)) {
        std::filesystem::create_directories(directory_);
    }

    void write(const std::string& name, std::uint8_t first, Bytes rest) {
        if (rest.size() >= longest_seed)
            return;
        std::string bytes(1, static_cast<char>(first));
        for (const auto byte : rest)
            bytes += static_cast<char>(byte);
        std::ofstream file(directory_ / name, std::ios::binary);
        file << bytes << std::flush;
        require(file.good(), "a seed can be written");
    }

private:
    std::filesystem::path directory_;
};

template <class Owner>
void number(std::span<const CounterField<Owner>> fields, Owner& owner) {
    std::uint64_t value = 1000;
    for (const auto& field : fields)
        owner.*(field.member) = ++value;
}

Memcg full_memcg() {
    Memcg memcg;
    memcg.id = 7;
    memcg.path = "/app/\xc3\xa4";
    memcg.age_ms = memcg.memory_bytes = memcg.swap_bytes = memcg.file_bytes = 8;
    memcg.anon_bytes = memcg.refs = memcg.next_ms = 9;
    memcg.children = memcg.tries = 1;
    return memcg;
}

void write_codec(const std::filesystem::path& directory) {
    Writer writer(directory);
    const Host host;
    Info info{.protocol = 1,
              .module_version = "0.1.0",
              .kernel_release = "6.1.0",
              .cgroup_version = 2,
              .page_size_bytes = 4096,
              .capabilities = {host.kernel.capability, host.kernel.capability}};
    Stats stats;
    number(stats_fields(), stats);
    stats.running_pass = 8;
    Pass pass;
    number(pass_fields(), pass);
    stats.last_pass = pass;
    Watch watch = host.kernel.watches.front();
    number(watch_fields(), watch);
    WatermarkPolicy policy = host.kernel.policies.back();
    policy.swappiness = 60;

    Attrs reap;
    reap.put(KMEMCGD_A_REAP_PASS, std::uint64_t{5});
    Attrs freed;
    freed.put(KMEMCGD_A_FREED_COUNT, std::uint64_t{7}).put(KMEMCGD_A_FREED_TOTAL, std::uint64_t{9});
    const auto watched = FakeKernel::watch_attrs(watch);
    const auto passed = FakeKernel::pass_attrs(pass);
    const auto config = FakeKernel::config_attrs(host.kernel.config);
    const auto pressure = FakeKernel::pressure_attrs(host.kernel.pressure);
    const std::pair<int, Attrs> messages[] = {
        {KMEMCGD_CMD_GET_INFO, FakeKernel::info_attrs(info)},
        {KMEMCGD_CMD_GET_CONFIG, config},
        {KMEMCGD_CMD_GET_MEMCG, FakeKernel::memcg_attrs(full_memcg())},
        {KMEMCGD_CMD_GET_STATS, FakeKernel::stats_attrs(stats)},
        {KMEMCGD_CMD_REAP, reap},
        {KMEMCGD_CMD_GET_WATERMARK, FakeKernel::policy_attrs(policy)},
        {KMEMCGD_CMD_GET_WATCH, watched},
        {KMEMCGD_CMD_GET_QOS, FakeKernel::qos_attrs(host.kernel.classes.front())},
        {KMEMCGD_CMD_GET_PRESSURE, pressure},
        {KMEMCGD_CMD_PRESSURE_NTF, pressure},
        {KMEMCGD_CMD_PASS_BEGIN_NTF, passed},
        {KMEMCGD_CMD_PASS_END_NTF, passed},
        {KMEMCGD_CMD_FREED_NTF, freed},
        {KMEMCGD_CMD_CONFIG_NTF, config},
        {KMEMCGD_CMD_RECLAIM_BEGIN_NTF, watched},
        {KMEMCGD_CMD_RECLAIM_END_NTF, watched},
        {KMEMCGD_CMD_NOT_CONVERGED_NTF, watched},
    };
    for (const auto& [command, attrs] : messages)
        writer.write("command-" + std::to_string(command), static_cast<std::uint8_t>(command),
                     attrs.bytes());
}

// Keeps what it receives, as a script of scenes.
class Recorder final : public Transport {
public:
    Recorder(FakeKernel& kernel, Datagram& script) : inner_(kernel), script_(&script) {}

    Status send(Bytes datagram) override { return inner_.send(datagram); }
    Status join(std::uint32_t group) override { return inner_.join(group); }
    Result<Received> receive(std::optional<TimePoint> deadline) override {
        if (script_->size() >= longest_seed)
            return Received{Arrival::interrupted, {}};
        auto received = inner_.receive(deadline);
        if (received && received->arrival == Arrival::datagram) {
            const auto size = static_cast<std::uint16_t>(received->bytes.size());
            script_->push_back(std::byte{step_datagram});
            put(*script_, std::as_bytes(std::span(&size, 1)));
            put(*script_, received->bytes);
        } else {
            script_->push_back(std::byte{step_time_out});
        }
        return received;
    }

private:
    FakeTransport inner_;
    Datagram* script_;
};

void write_stream(const std::filesystem::path& directory) {
    Writer writer(directory);
    for (std::uint8_t scene = 0; scene < scenes.size(); ++scene) {
        const auto name = "scene-" + std::to_string(scene);
        Host host;
        host.kernel.unload_event();
        Datagram script;
        host.run(words_of(scenes.at(scene)), [&]() -> Result<std::unique_ptr<Transport>> {
            return std::unique_ptr<Transport>(std::make_unique<Recorder>(host.kernel, script));
        });
        writer.write(name + "-recorded", scene, script);
        Datagram genuine(40, std::byte{step_genuine});
        writer.write(name, scene, genuine);
        writer.write(name + "-terminal", static_cast<std::uint8_t>(scene | scene_on_a_terminal),
                     genuine);
        // The ends of waiting that are no datagrams, after the four of the connect.
        for (const auto step : {step_time_out, step_lost}) {
            genuine.assign(40, std::byte{step_genuine});
            genuine[6] = genuine[9] = std::byte{step};
            writer.write(name + "-step-" + std::to_string(step), scene, genuine);
        }
        // What lacks its first attribute: the answer, or an event.
        for (const std::size_t at : {4U, 6U, 11U}) {
            genuine.assign(40, std::byte{step_genuine});
            genuine[at] = std::byte{step_cut};
            genuine[at + 1] = genuine[at + 2] = std::byte{0};
            writer.write(name + "-cut-" + std::to_string(at), scene, genuine);
        }
    }
}

void write_command_line(const std::filesystem::path& directory) {
    Writer writer(directory);
    for (std::size_t at = 0; at < command_lines.size(); ++at) {
        Datagram arguments;
        for (const auto& argument : words_of(command_lines.at(at)))
            put(arguments, argument + '\0');
        // As it mostly is, on a terminal, and without the module or the rights.
        for (const int how : {0x00, 0x01, 0x02, 0x18, 0xe0})
            writer.write("line-" + std::to_string(at) + "-" + std::to_string(how),
                         static_cast<std::uint8_t>(how), arguments);
    }
}

void write_policy(const std::filesystem::path& directory) {
    Writer writer(directory);
    for (const auto& preset : presets()) {
        // One is too long for a seed.
        const auto use = "resets = [\"" + std::string(preset.name) + "\"]\n";
        writer.write("use-" + std::string(preset.name), 'p', std::as_bytes(std::span(use)));
        const auto text = std::string(preset.text).substr(1);
        writer.write(std::string(preset.name), static_cast<std::uint8_t>(preset.text.front()),
                     std::as_bytes(std::span(text)));
    }
}

} // namespace
} // namespace kmemcgd

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: " << argv[0] << " DIRECTORY\n";
        return 2;
    }
    const std::filesystem::path directory(argv[1]);
    kmemcgd::write_codec(directory / "codec");
    kmemcgd::write_stream(directory / "stream");
    kmemcgd::write_command_line(directory / "command_line");
    kmemcgd::write_policy(directory / "policy");
    return 0;
}
