// SPDX-License-Identifier: GPL-2.0
// A fuzzer for machines without clang: damages the seeds, the same way each
// time, and looks for inputs that take long.
//
// usage: …-fuzz [--inputs N] [--seconds S] [--seed N] [--first I] [--write-seeds DIR]
//
// An input is given by seed and number: --seed 1 --first 1234 --inputs 1 repeats it. SIGINT and SIGTERM end it, and it
// says how many there were.
#include <algorithm>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>

#include "mutate.hh"
#include "seeds.hh"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

// What a fuzzer begins with; CMake names the function.
std::vector<Seed> WQLAB_FUZZ_SEEDS();

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kMostBytes = 64 << 10;
// In CPU time, and with sanitizers, on a slow machine.
constexpr double kTooSlow = 2;

struct Options {
    uint64_t inputs = 20'000;
    double seconds = 0;  // 0: no such end
    uint64_t seed = 1;
    uint64_t first = 0;
    std::string seeds_directory;
};

uint64_t current_seed, current_input;
volatile std::sig_atomic_t is_stopped;

void tell_input()
{
    std::fprintf(stderr, "this was --seed %" PRIu64 " --first %" PRIu64 " --inputs 1\n", current_seed, current_input);
}

double cpu_seconds()
{
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double wall_seconds()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Large seeds are there for the time they take: one input in 64 is enough.
const Bytes& pick(const std::vector<Seed>& seeds, wqlab::Random& random)
{
    const auto is_large = [](const Seed& seed) { return seed.bytes.size() > 8192; };
    const bool large = random.below(64) == 0 && std::any_of(seeds.begin(), seeds.end(), is_large);
    for (;;) {
        const Seed& seed = seeds[random.below(static_cast<uint32_t>(seeds.size()))];
        if (large == is_large(seed))
            return seed.bytes;
    }
}

// The seeds come first, as they are.
Bytes input(const std::vector<Seed>& seeds, uint64_t number)
{
    if (number < seeds.size())
        return seeds[number].bytes;
    wqlab::Random random(current_seed * 0x9e3779b97f4a7c15 ^ number);
    const Bytes& bytes = pick(seeds, random);
    return mutated(bytes, pick(seeds, random), random, kMostBytes);
}

double time_of(const Bytes& bytes)
{
    // Of exactly its size, so that the sanitizer sees who looks behind it.
    const auto copy = std::make_unique<uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    const double begin = cpu_seconds();
    LLVMFuzzerTestOneInput(copy.get(), bytes.size());
    return cpu_seconds() - begin;
}

bool parse(int argc, char** argv, Options& options)
{
    for (int i = 1; i < argc; i += 2) {
        const std::string option = argv[i];
        if (i + 1 == argc)
            return false;
        if (option == "--inputs")
            options.inputs = std::strtoull(argv[i + 1], nullptr, 10);
        else if (option == "--seconds")
            options.seconds = std::strtod(argv[i + 1], nullptr);
        else if (option == "--seed")
            options.seed = std::strtoull(argv[i + 1], nullptr, 10);
        else if (option == "--first")
            options.first = std::strtoull(argv[i + 1], nullptr, 10);
        else if (option == "--write-seeds")
            options.seeds_directory = argv[i + 1];
        else
            return false;
    }
    return true;
}

int write_seeds(const std::vector<Seed>& seeds, const std::string& directory)
{
    for (const Seed& seed : seeds) {
        std::ofstream file(directory + "/" + seed.name, std::ios::binary);
        for (const uint8_t byte : seed.bytes)
            file.put(static_cast<char>(byte));
        if (!file.flush())
            return 1;
    }
    return 0;
}

int run(const std::vector<Seed>& seeds, const Options& options)
{
    const double begin = wall_seconds();
    double slowest = 0;
    uint64_t slowest_input = 0, done = 0;
    while (!is_stopped && done < options.inputs && (!options.seconds || wall_seconds() - begin < options.seconds)) {
        current_input = options.first + done++;
        const double seconds = time_of(input(seeds, current_input));
        if (seconds > slowest) {
            slowest = seconds;
            slowest_input = current_input;
        }
    }
    std::printf("%" PRIu64 " inputs in %.1f s, seed %" PRIu64 "; the slowest took %.1f ms: --first %" PRIu64 "\n", done,
                wall_seconds() - begin, options.seed, slowest * 1e3, slowest_input);
    if (slowest <= kTooSlow)
        return 0;
    std::printf("that is too slow: no input may take more than %.0f s\n", kTooSlow);
    return 1;
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(stderr, "usage: %s [--inputs N] [--seconds S] [--seed N] [--first I] [--write-seeds DIR]\n",
                     argv[0]);
        return 2;
    }
    const std::vector<Seed> seeds = WQLAB_FUZZ_SEEDS();
    if (!options.seeds_directory.empty())
        return write_seeds(seeds, options.seeds_directory);

    current_seed = options.seed;
    std::signal(SIGABRT, [](int) { tell_input(); });
    for (const int end : {SIGINT, SIGTERM})
        std::signal(end, [](int) { is_stopped = 1; });
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_set_death_callback(tell_input);
#endif
    return run(seeds, options);
}
