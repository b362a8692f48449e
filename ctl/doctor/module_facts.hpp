// SPDX-License-Identifier: GPL-2.0-only
// What the module says, as far as this user may ask it.
#pragma once

#include "client/client.hpp"
#include "doctor/host_facts.hpp"

namespace kmemcgd {

struct ModuleFacts {
    enum class State { loaded, not_loaded, other_version, unreachable };

    State state = State::not_loaded;
    std::string error; // why it is not "loaded"
    Info info;
    Config config;
    Stats stats;
    // These name cgroups: empty without CAP_NET_ADMIN.
    std::optional<std::vector<Memcg>> zombies;
    std::optional<std::vector<Watch>> watches;
    std::vector<NotSeen> not_seen;

    [[nodiscard]] bool loaded() const { return state == State::loaded; }
};

// What an error of connecting, or of an answer, says of it.
ModuleFacts::State module_state(const Error& error);

// "loaded", "not-loaded", "other-version", "unreachable".
std::string state_name(ModuleFacts::State state);

// Errors of the connection are a state, those of single answers are in not_seen.
ModuleFacts ask_module(Result<Client> client);

} // namespace kmemcgd
