// SPDX-License-Identifier: GPL-2.0-only
// What the policy arithmetic costs per slice, and the controller per zombie of
// a dump.
#include "client/codec.hpp"

#include <benchmark/benchmark.h>
#include <cstring>
#include <kmemcgd/backoff.h>
#include <kmemcgd/hist.h>
#include <kmemcgd/pacing.h>
#include <kmemcgd/slice.h>
#include <vector>

#include <linux/netlink.h>

namespace {

// One turn of the engine: the clock moves, the slice is paid for.
void pacing_turn(benchmark::State& state) {
    kmemcgd_pacing pacing{};
    std::uint64_t now_ns = 1;
    kmemcgd_pacing_init(&pacing, 50, 10'000'000, now_ns);
    for (auto _ : state) {
        now_ns += 40'000;
        kmemcgd_pacing_set(&pacing, 50, 10'000'000, now_ns);
        auto delay_ns = kmemcgd_pacing_delay_ns(&pacing);
        benchmark::DoNotOptimize(delay_ns);
        now_ns += delay_ns;
        kmemcgd_pacing_charge(&pacing, 40'000);
    }
}
BENCHMARK(pacing_turn);

void slice_size(benchmark::State& state) {
    std::uint32_t pages = 512;
    std::uint64_t took_ns = 0;
    for (auto _ : state) {
        took_ns = (took_ns + 7919) % 100'000;
        pages = kmemcgd_slice_pages(pages, pages, took_ns, 50'000, 512);
        benchmark::DoNotOptimize(pages);
    }
}
BENCHMARK(slice_size);

void backoff(benchmark::State& state) {
    std::uint32_t tries = 0;
    for (auto _ : state) {
        ++tries;
        auto delay_ms = kmemcgd_backoff_ms(tries % 40, tries % 2 != 0, 5'000, 600'000);
        benchmark::DoNotOptimize(delay_ms);
    }
}
BENCHMARK(backoff);

void histogram_bucket(benchmark::State& state) {
    std::uint64_t ns = 1;
    for (auto _ : state) {
        ns = ns * 6364136223846793005ULL + 1442695040888963407ULL;
        auto bucket = kmemcgd_hist_bucket(ns, 32);
        benchmark::DoNotOptimize(bucket);
    }
}
BENCHMARK(histogram_bucket);

class Encoder {
public:
    template <class T>
    void number(std::uint16_t type, T value) {
        add(type, &value, sizeof(value));
    }
    void string(std::uint16_t type, const char* text) { add(type, text, std::strlen(text) + 1); }
    [[nodiscard]] kmemcgd::Bytes bytes() const { return bytes_; }

private:
    void add(std::uint16_t type, const void* value, std::size_t size) {
        const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + size), type};
        const auto at = bytes_.size();
        bytes_.resize(at + NLA_ALIGN(header.nla_len));
        std::memcpy(&bytes_[at], &header, sizeof(header));
        std::memcpy(&bytes_[at + NLA_HDRLEN], value, size);
    }
    std::vector<std::byte> bytes_;
};

// The attributes that the module sends of a zombie.
void decode_zombie(benchmark::State& state) {
    Encoder encoder;
    encoder.number<std::uint64_t>(KMEMCGD_A_MEMCG_ID, 4711);
    encoder.number<std::uint32_t>(KMEMCGD_A_MEMCG_STATE, KMEMCGD_STATE_ZOMBIE);
    encoder.number<std::uint32_t>(KMEMCGD_A_MEMCG_PIN, KMEMCGD_PIN_JOURNAL);
    encoder.number<std::uint64_t>(KMEMCGD_A_MEMCG_AGE_MS, 60'000);
    encoder.number<std::uint64_t>(KMEMCGD_A_MEMCG_MEMORY_BYTES, 16'384);
    encoder.number<std::uint64_t>(KMEMCGD_A_MEMCG_SWAP_BYTES, 0);
    encoder.number<std::uint64_t>(KMEMCGD_A_MEMCG_FILE_BYTES, 16'384);
    encoder.number<std::uint64_t>(KMEMCGD_A_MEMCG_ANON_BYTES, 0);
    encoder.number<std::uint64_t>(KMEMCGD_A_MEMCG_REFS, 3);
    encoder.number<std::uint32_t>(KMEMCGD_A_MEMCG_CHILDREN, 0);
    encoder.number<std::uint32_t>(KMEMCGD_A_MEMCG_TRIES, 2);
    encoder.number<std::uint64_t>(KMEMCGD_A_MEMCG_NEXT_MS, 5'000);
    encoder.string(KMEMCGD_A_MEMCG_PATH, "/system.slice/cron-backup-4711.scope");
    for (auto _ : state) {
        auto memcg = kmemcgd::decode_memcg(encoder.bytes());
        if (!memcg) {
            state.SkipWithError(memcg.error().message.c_str());
            break;
        }
        benchmark::DoNotOptimize(memcg);
    }
}
BENCHMARK(decode_zombie);

} // namespace

BENCHMARK_MAIN();
