// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/module_facts.hpp"

namespace kmemcgd {
namespace {

// False, and noted, when it is an error.
template <class T>
bool take(ModuleFacts& facts, const Result<T>& answer, const std::string& what) {
    if (answer)
        return true;
    const auto& error = answer.error();
    // What the kernel says does not name the privilege, the hint does.
    facts.not_seen.push_back({what, error.fault == Fault::permission
                                        ? error.message + "; " + error.hint
                                        : error.message});
    return false;
}

// A dump that was interrupted three times over lacks some, or has some that are gone.
template <class T>
std::optional<std::vector<T>> take_list(ModuleFacts& facts, Result<Listing<T>> list,
                                        const std::string& what) {
    if (!take(facts, list, what))
        return std::nullopt;
    if (list->interrupted)
        facts.not_seen.push_back({what, "they came and went while they were listed"});
    return std::move(list->entries);
}

} // namespace

ModuleFacts::State module_state(const Error& error) {
    switch (error.fault) {
    case Fault::not_loaded:
        return ModuleFacts::State::not_loaded;
    case Fault::unsupported:
        return ModuleFacts::State::other_version;
    default:
        return ModuleFacts::State::unreachable;
    }
}

std::string state_name(ModuleFacts::State state) {
    switch (state) {
    case ModuleFacts::State::loaded:
        return "loaded";
    case ModuleFacts::State::not_loaded:
        return "not-loaded";
    case ModuleFacts::State::other_version:
        return "other-version";
    case ModuleFacts::State::unreachable:
        break;
    }
    return "unreachable";
}

ModuleFacts ask_module(Result<Client> client) {
    ModuleFacts facts;
    if (!client) {
        facts.state = module_state(client.error());
        facts.error = client.error().message;
        facts.not_seen.push_back({"what the module knows", facts.error});
        return facts;
    }
    const auto config = client->config();
    const auto stats = client->stats();
    const bool complete =
        take(facts, config, "the module's tunables") && take(facts, stats, "the module's counters");
    if (!complete) {
        // Being unloaded, or out of memory: none of the rest would be right.
        facts.state = ModuleFacts::State::unreachable;
        facts.error = facts.not_seen.back().why;
        return facts;
    }
    facts.state = ModuleFacts::State::loaded;
    facts.info = client->info();
    facts.config = *config;
    facts.stats = *stats;
    MemcgFilter filter;
    filter.state = KMEMCGD_STATE_ZOMBIE;
    facts.zombies = take_list(facts, client->memcgs(filter), "the paths of zombies");
    facts.watches = take_list(facts, client->watches(), "watermarks");
    return facts;
}

} // namespace kmemcgd
