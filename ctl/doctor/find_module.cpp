// SPDX-License-Identifier: GPL-2.0-only
// The module: what it says of itself, or what may keep it from being loaded.
#include "commands/watch_summary.hpp"
#include "doctor/findings.hpp"

#include <string_view>

#include <fmt/format.h>

namespace kmemcgd {
namespace {

constexpr auto sign_hint =
    "have DKMS sign the module with a key that the firmware knows: mokutil --import "
    "/var/lib/dkms/mok.pub, then reboot (docs/install.md)";

void add(Diagnoses& found, Severity severity, std::string name, std::string text,
         std::string hint) {
    found.push_back({{severity, std::move(name), std::move(text), std::move(hint)}, {}, {}});
}

void absent(const Observation& seen, Diagnoses& found) {
    switch (seen.module.state) {
    case ModuleFacts::State::loaded:
        break;
    case ModuleFacts::State::not_loaded:
        add(found, Severity::warning, "module-not-loaded",
            "the kmemcgd module is not loaded: nobody frees zombies or keeps watermarks",
            "modprobe kmemcgd; if it is loaded, run this in the host's network namespace");
        break;
    case ModuleFacts::State::other_version:
        add(found, Severity::problem, "module-other-version", seen.module.error,
            "install kmemcgctl and the module from the same release");
        break;
    case ModuleFacts::State::unreachable:
        add(found, Severity::warning, "module-unreachable",
            fmt::format("the kmemcgd module can't be asked: {}", seen.module.error),
            "kmemcgctl status says more");
        break;
    }
}

// None of it matters once it is loaded.
void keeps_it_out(const HostFacts& host, Diagnoses& found) {
    if (host.lockdown == "integrity" || host.lockdown == "confidentiality")
        add(found, Severity::warning, "kernel-lockdown",
            fmt::format("the kernel is locked down ({}): it loads signed modules only",
                        host.lockdown),
            sign_hint);
    if (host.signatures_enforced.value_or(false))
        add(found, Severity::warning, "signature-enforced",
            "the kernel loads signed modules only (module.sig_enforce)", sign_hint);
    if (host.secure_boot.value_or(false))
        add(found, Severity::note, "secure-boot",
            "Secure Boot is on: most distributions' kernels then load signed modules only",
            sign_hint);
}

} // namespace

void find_module(const Observation& seen, Diagnoses& found) {
    absent(seen, found);
    if (seen.module.state == ModuleFacts::State::not_loaded)
        keeps_it_out(seen.host, found);
    if (!seen.module.loaded())
        return;
    auto own = diagnose(seen.module.info, seen.module.config, seen.module.stats);
    if (seen.module.watches)
        diagnose(summarize(*seen.module.watches), own);
    for (auto& finding : own)
        found.push_back({std::move(finding), {}, {}});
}

} // namespace kmemcgd
