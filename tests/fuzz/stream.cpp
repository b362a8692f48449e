// SPDX-License-Identifier: GPL-2.0-only
// What comes through the socket, answers and events, up to what is printed of it.
// An input is a scene and its steps; when they are used up, ^C ends the command.
#include "command_lines.hpp"
#include "fuzz.hpp"
#include "host.hpp"
#include "scenes.hpp"

#include <cstring>

#include <linux/genetlink.h>

namespace kmemcgd {
namespace {

// A command that prints a line at each of them says the same again and again.
constexpr int most_steps = 60;

// The sockets of one run. They share the script: who asks next gets the next line.
class Script {
public:
    Script(FakeKernel& kernel, Input input) : kernel_(&kernel), input_(input) {}

    void send(Bytes request) {
        for (auto& reply : kernel_->answer(request))
            answers_.push_back(std::move(reply));
    }

    Received receive(bool joined, std::optional<TimePoint> deadline) {
        if (input_.empty() || --left_ < 0)
            return {Arrival::interrupted, {}};
        switch (input_.byte() % steps) {
        case step_datagram:
            return datagram(input_.bytes(input_.word()));
        case step_genuine:
            return datagram(genuine(joined));
        case step_damaged:
            return datagram(damaged(genuine(joined)));
        case step_cut:
            return datagram(cut(genuine(joined)));
        case step_time_out:
            return time_out(deadline);
        case step_lost:
            return {Arrival::lost, {}};
        default:
            return {Arrival::interrupted, {}};
        }
    }

private:
    Datagram genuine(bool joined) {
        if (joined && !kernel_->events.empty())
            return pop(kernel_->events).second;
        return answers_.empty() ? Datagram{} : pop(answers_);
    }
    Datagram damaged(Datagram bytes) {
        for (int changes = input_.byte() % 8; changes >= 0 && !bytes.empty(); --changes) {
            const auto at = input_.word() % bytes.size();
            bytes[at] = std::byte{input_.byte()};
        }
        return bytes;
    }
    // Without one attribute, or with part of it for its end; lengths fit again.
    Datagram cut(Datagram bytes) {
        const std::size_t wanted = input_.byte() % 32;
        const std::size_t kept = input_.byte();
        std::size_t at = NLMSG_HDRLEN + GENL_HDRLEN;
        nlattr attribute{};
        for (std::size_t number = 0; number <= wanted; ++number) {
            at += NLA_ALIGN(attribute.nla_len);
            if (at + sizeof(attribute) > bytes.size())
                return bytes;
            std::memcpy(&attribute, &bytes[at], sizeof(attribute));
        }
        const auto end = std::min(bytes.size(), at + NLA_ALIGN(attribute.nla_len));
        if (kept == 0 || attribute.nla_len < sizeof(attribute)) {
            bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                        bytes.begin() + static_cast<std::ptrdiff_t>(end));
        } else {
            bytes.resize(std::min(end, at + sizeof(attribute) + kept - 1));
            attribute.nla_len = static_cast<std::uint16_t>(bytes.size() - at);
            std::memcpy(&bytes[at], &attribute, sizeof(attribute));
        }
        const auto size = static_cast<std::uint32_t>(bytes.size());
        std::memcpy(bytes.data(), &size, sizeof(size));
        return bytes;
    }
    Received time_out(std::optional<TimePoint> deadline) {
        if (!deadline)
            return {Arrival::interrupted, {}};
        kernel_->clock.time = std::max(kernel_->clock.time, *deadline);
        return {Arrival::timed_out, {}};
    }
    // A copy of its own, of just that size, so that reading behind it is seen.
    Received datagram(Bytes bytes) {
        current_ = Datagram(bytes.begin(), bytes.end());
        return {Arrival::datagram, current_};
    }
    template <class T>
    static T pop(std::deque<T>& queue) {
        auto first = std::move(queue.front());
        queue.pop_front();
        return first;
    }

    FakeKernel* kernel_;
    Input input_;
    int left_ = most_steps;
    std::deque<Datagram> answers_;
    Datagram current_;
};

class ScriptedTransport final : public Transport {
public:
    explicit ScriptedTransport(Script& script) : script_(&script) {}

    Status send(Bytes datagram) override {
        script_->send(datagram);
        return success();
    }
    Status join(std::uint32_t /*group*/) override {
        joined_ = true;
        return success();
    }
    Result<Received> receive(std::optional<TimePoint> deadline) override {
        return script_->receive(joined_, deadline);
    }

private:
    Script* script_;
    bool joined_ = false;
};

} // namespace

void fuzz(Input input) {
    Host host;
    host.kernel.unload_event(); // the last of the events
    const auto choice = input.byte();
    host.terminal = (choice & scene_on_a_terminal) != 0;
    const auto arguments = words_of(scenes.at((choice & ~scene_on_a_terminal) % scenes.size()));
    Script script(host.kernel, input);
    host.run(arguments, [&]() -> Result<std::unique_ptr<Transport>> {
        return std::unique_ptr<Transport>(std::make_unique<ScriptedTransport>(script));
    });
}

} // namespace kmemcgd
