// SPDX-License-Identifier: GPL-2.0
// A soak: whatever looks at workqueues does so again and again, while workqueues
// are made and destroyed, their attributes change and CPUs go and come. It
// lasts WQLAB_SOAK_SECONDS, and only what is false fails it, not what is slow.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "dump_lab.hh"
#include "one_truth.hh"
#include "soak_books.hh"
#include "system/kept_value.hh"

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

const fs::path kSysfs = "/sys/devices/virtual/workqueue";
const std::string kCpus = "/sys/devices/system/cpu/cpu";

std::chrono::seconds wanted_duration() { return std::chrono::seconds(from_environment("WQLAB_SOAK_SECONDS", 20)); }

// What programs said in other threads: Catch's assertions belong to the first.
class Outcomes {
public:
    void add(Outcome outcome)
    {
        const std::lock_guard guard(lock_);
        outcomes_.push_back(std::move(outcome));
    }
    std::vector<Outcome> take()
    {
        const std::lock_guard guard(lock_);
        return std::exchange(outcomes_, {});
    }

private:
    std::mutex lock_;
    std::vector<Outcome> outcomes_;
};

// A program that is run again and again, as long as this lives; what each said is checked when it is looked at.
class Again {
public:
    Again(std::string name, std::function<Words()> command, std::function<void(const Outcome&)> check)
        : name_(std::move(name)),
          command_(std::move(command)),
          check_(std::move(check)),
          thread_([this](std::stop_token stop) {
              while (!stop.stop_requested())
                  outcomes_.add(execute(command_()));
          })
    {
    }

    void look()
    {
        for (const Outcome& outcome : outcomes_.take()) {
            INFO(name_ << ": " << outcome.err);
            // Who holds it has no CPU, on a machine as busy as this one; that is slow, and not false.
            if (outcome.err.find("somebody holds wq_pool_mutex") != std::string::npos)
                continue;
            rounds_++;
            CHECK(outcome.status == 0);
            if (outcome.status == 0)
                check_(outcome);
        }
    }
    void finish()
    {
        thread_.request_stop();
        thread_.join();
        look();
        // Now that nobody disturbs it, nobody holds anything.
        const Outcome last = execute(command_());
        INFO(name_ << ": " << last.err);
        CHECK(last.status == 0);
        UNSCOPED_INFO(name_ << ": " << rounds_ << " times");
        CHECK(rounds_ > 0);
    }

private:
    std::string name_;
    std::function<Words()> command_;
    std::function<void(const Outcome&)> check_;
    Outcomes outcomes_;
    uint64_t rounds_ = 0;
    std::jthread thread_;
};

// Something that is done to the machine again and again; how often it could be done.
class Disturbance {
public:
    Disturbance(std::chrono::microseconds pause, std::function<bool()> disturb)
        : thread_([this, pause, disturb = std::move(disturb)](std::stop_token stop) {
              for (; !stop.stop_requested(); std::this_thread::sleep_for(pause))
                  done_ += disturb();
          })
    {
    }
    uint64_t finish()
    {
        thread_.request_stop();
        thread_.join();
        return done_;
    }

private:
    std::atomic<uint64_t> done_ = 0;
    std::jthread thread_;
};

bool try_to_write(const std::string& path, const std::string& text)
{
    try {
        write_file(path, text);
        return true;
    } catch (const std::runtime_error&) {
        return false;  // it may be gone, or not be what this kernel takes
    }
}

template <typename Random>
std::string one(Random& random, const Words& of)
{
    return of[random() % of.size()];
}

// An attribute of whatever workqueue of ours is in sysfs, or the CPUs of all.
bool change_an_attribute()
{
    static std::minstd_rand random;
    const Words masks = {"ff", "0f", "f0", "3c", "55", "81", "fe"};
    std::vector<fs::path> ours = {kSysfs};
    std::error_code gone;
    for (fs::directory_iterator entry(kSysfs, gone), end; !gone && entry != end; entry.increment(gone))
        if (entry->path().filename().string().starts_with("wqlab"))
            ours.push_back(entry->path());
    const fs::path& path = ours[random() % ours.size()];
    if (path == kSysfs)
        return try_to_write(path / "cpumask", one(random, masks));
    switch (random() % 5) {
    case 0: return try_to_write(path / "nice", std::to_string(static_cast<int>(random() % 20) - 10));
    case 1:
        return try_to_write(path / "affinity_scope", one(random, {"cpu", "smt", "cache", "numa", "system", "default"}));
    case 2: return try_to_write(path / "affinity_strict", one(random, {"0", "1"}));
    case 3: return try_to_write(path / "max_active", one(random, {"1", "2", "16", "512"}));
    default: return try_to_write(path / "cpumask", one(random, masks));
    }
}

bool take_a_cpu_off_and_on()
{
    static std::minstd_rand random;
    const std::string online = kCpus + one(random, {"1", "3", "6", "7"}) + "/online";
    const bool went = try_to_write(online, "0");
    return eventually([&] { return try_to_write(online, "1"); }) && went;  // a busy machine may refuse for a while
}

// A short run of some kind, on workqueues that are made for it.
Words a_short_run()
{
    static std::atomic<unsigned> next;
    static const std::vector<Words> kinds = {
        {"--depth", "8", "--spin", "5us", "--cancel", "10", "--flush", "5"},
        {"--flags", "unbound,sysfs", "--depth", "16", "--issuers", "2", "--sleep", "1us..300us", "--flush", "10"},
        {"--flags", "bh", "--depth", "8"},
        {"--ordered", "--depth", "4", "--chain", "5", "--issuers", "2"},
        {"--flags", "unbound,mem_reclaim,sysfs", "--max-active", "2", "--depth", "32", "--sleep", "1us..100us",
         "--cancel", "5"},
        {"--flags", "highpri,sysfs", "--delay", "1ms", "--mod", "30", "--cancel", "20", "--depth", "8"},
        {"--rcu", "--depth", "4"},
        {"--flags", "unbound", "--burst", "64", "--every", "10ms", "--coalesce"},
        {"--system", "unbound", "--depth", "8", "--spin", "1us..20us"},
    };
    Words command = {"wqctl", "run", "--json", "--no-progress", "--duration", "150ms"};
    while (!kernel_runs(kinds[next % kinds.size()]))
        next++;
    const Words& kind = kinds[next++ % kinds.size()];
    command.insert(command.end(), kind.begin(), kind.end());
    return command;
}

}  // namespace

TEST_CASE("looking at workqueues holds whatever is done to them", "[soak]")
{
    const auto end = Clock::now() + wanted_duration();
    const std::string lasts = std::to_string(wanted_duration().count()) + "s";
    const auto books = [](const Outcome& outcome) { check_books(json::parse(outcome.out)); };

    // Put back at the end, whatever has been written meanwhile.
    const wqctl::KeptValue all_cpus((kSysfs / "cpumask").string(), "ff");
    Process load({"wqctl", "run", "--json", "--no-progress", "--flags", "unbound,sysfs", "--name", "load", "--issuers",
                  "4", "--depth", "16", "--spin", "1us..50us", "--cancel", "1", "--duration", lasts});
    Process ordered({"wqctl", "run", "--json", "--no-progress", "--ordered", "--name", "ordered", "--issuers", "2",
                     "--rate", "500", "--duration", lasts});
    Again runs("run", a_short_run, books), more_runs("run", a_short_run, books);
    Again monitor(
        "monitor", [] { return Words{"wqctl", "monitor", "-j", "-i", "0.05", "-n", "40"}; },
        [](const Outcome& outcome) { check_monitor(outcome.out); });
    Again latency(
        "latency", [] { return Words{"wqctl", "latency", "-d", "700ms", "--json", "--no-progress"}; },
        [](const Outcome& outcome) { check_latency(json::parse(outcome.out)); });
    Again others(
        "dump and top",
        [] {
            static unsigned next;
            return next++ % 2 ? Words{"wqctl", "dump", "--format", "wq_dump"}
                              : Words{"wqctl", "top", "-b", "-n", "2", "-d", "0.1"};
        },
        [](const Outcome& outcome) { CHECK_FALSE(outcome.out.empty()); });
    size_t troubles = 0, looks = 0;
    std::optional<Again> unlocked;
    if (why_no_kcore_here().empty())
        unlocked.emplace(
            "dump --source kcore",
            [] {
                return Words{"wqctl", "dump", "--json", "--source", "kcore"};
            },
            [&](const Outcome& outcome) {
                troubles += check_unlocked_dump(json::parse(outcome.out));
                looks++;
            });
    Disturbance attributes(1ms, change_an_attribute), hotplug(20ms, take_a_cpu_off_and_on);

    do {
        check_dump(dump());
        for (Again* each : {&runs, &more_runs, &monitor, &latency, &others})
            each->look();
        if (unlocked)
            unlocked->look();
    } while (Clock::now() < end);

    // It has happened, and has done so while somebody looked.
    CHECK(attributes.finish() > 0);
    CHECK(hotplug.finish() > 0);
    for (Again* each : {&runs, &more_runs, &monitor, &latency, &others})
        each->finish();
    if (unlocked) {
        unlocked->finish();
        std::fprintf(stderr, "# %zu looks at kcore: %zu troubles\n", looks, troubles);
    }
    for (Process* process : {&load, &ordered}) {
        const Outcome outcome = process->wait();
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        const json report = json::parse(outcome.out);
        check_books(report);
        CHECK(report["workqueues"][0]["executed"].get<uint64_t>() > 0);
    }
    CHECK(online_cpus().size() == 8);
    check_dump(dump());
}
