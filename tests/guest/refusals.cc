// SPDX-License-Identifier: GPL-2.0
// Bad input: one clear line before anything starts, from wqctl and, for who
// speaks to the module without it, from the module.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <functional>

#include <sys/wait.h>
#include <unistd.h>

#include "scenario/encode.hh"
#include "report/runs.hh"
#include "lab.hh"
#include "scenario/scenario.hh"
#include "system/file_lock.hh"
#include "system/kept_value.hh"
#include "text/error.hh"
#include "traced.hh"

namespace {

struct BadCommand {
    Words words;
    std::string says;  // part of the error line
    int status = 2;
};

uint64_t workqueues_created()
{
    // Only run-start makes them, and ids only grow.
    const Outcome outcome = tool({"run", "--detach", "--json", "--items", "1"});
    const uint64_t id = json::parse(outcome.out)["id"];
    eventually([&] { return tool({"stop", std::to_string(id)}).status == 0; });
    return id;
}

}  // namespace

TEST_CASE("wqctl refuses bad input with one line, a hint, and nothing started", "[lab]")
{
    std::vector<BadCommand> bad = {
        {{"--flags", "bh", "--max-active", "4"}, "max-active"},
        {{"--flags", "bh", "--sleep", "1ms"}, "sleep"},
        {{"--flags", "bh", "--mutex", "1us"}, "mutex"},
        {{"--flags", "bh,unbound"}, "bh"},
        {{"--flags", "bh", "--spin", "100ms"}, "10"},
        {{"--flags", "unbound,percpu"}, "percpu"},
        {{"--flags", "unbond"}, "unbound"},
        {{"--scope", "cache"}, "scope"},
        {{"--flags", "highpri", "--nice", "3"}, "nice"},
        {{"--flags", "unbound", "--scope", "socket"}, "scope"},
        {{"--ordered", "--max-active", "2"}, "max-active"},
        {{"--cpus", "99"}, "99"},
        {{"--queue-on", "77"}, "77"},
        {{"--flags", "unbound", "--queue-node", "9"}, "9"},
        {{"--queue-node", "0"}, "unbound"},
        {{"--issuers", "5000"}, "256"},
        {{"--depth", "1000000"}, "4096"},
        {{"--spin", "5s"}, "1"},
        {{"--duration", "100000s"}, "86400"},
        {{"--rcu", "--cancel", "5"}, "cancel"},
        {{"--coalesce"}, "coalesce"},
        {{"--poisson"}, "poisson"},
        {{"--mod", "5"}, "mod"},
        {{"--chain", "3", "--rate", "100"}, "chain"},
        {{"--spin", "1us", "--sleep", "1us"}, "sleep"},
        {{"--spin", "10"}, "10"},
        {{"--system", "nosuch"}, "nosuch"},
        {{"--system", "highpri", "--max-active", "3"}, "max-active"},
        {{"--preset", "tuor"}, "tour"},
        {{"--no-such-flag"}, "no-such-flag"},
        {{"/nonexistent.json"}, "nonexistent"},
    };
    if (!kernel_has("ordered_sysfs"))
        bad.push_back({{"--ordered", "--scope", "cpu"}, "scope"});
    const uint64_t before = workqueues_created();
    for (BadCommand& command : bad) {
        // What else is wrong with it does not matter then.
        if (!kernel_runs(command.words))
            command.says = "";
        Words words = {"run"};
        words.insert(words.end(), command.words.begin(), command.words.end());
        const Outcome outcome = tool(words);
        std::string line;
        for (const std::string& word : words)
            line += word + " ";
        INFO(line << "\n" << outcome.err);
        CHECK(outcome.status == command.status);
        CHECK(outcome.out.empty());
        CHECK(outcome.err.compare(0, 14, "wqctl: error: ") == 0);
        CHECK(outcome.err.find(command.says) != std::string::npos);
        CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') <= 2);  // the error, a hint
    }
    CHECK(workqueues_created() == before + 1);
}

TEST_CASE("an unknown key in a scenario is named with its line", "[lab]")
{
    write_file("/tmp/bad.json",
               "{\n  \"duration\": \"1s\",\n  \"workqueues\": [\n    {\"name\": \"a\", \"flgs\": []}\n  ]\n}\n");
    const Outcome outcome = tool({"run", "/tmp/bad.json"});
    INFO(outcome.err);
    CHECK(outcome.status == 2);
    CHECK(outcome.err.find("bad.json:4") != std::string::npos);
    CHECK(outcome.err.find("flags") != std::string::npos);
}

TEST_CASE("a CPU that is off is refused", "[lab]")
{
    const std::string online = "/sys/devices/system/cpu/cpu3/online";
    write_file(online, "0");
    const Outcome outcome = tool({"run", "--cpus", "3", "--items", "1"});
    const Outcome target = tool({"run", "--queue-on", "3", "--items", "1"});
    write_file(online, "1");
    INFO(outcome.err << target.err);
    CHECK(outcome.status == 2);
    CHECK(target.status == 2);
    CHECK(outcome.err.find("3") != std::string::npos);
}

TEST_CASE("without the module wqctl says how to load it", "[lab]")
{
    unload_module();
    // What shows the machine needs none.
    for (const Words& words : {Words{"info", "--source", "module"}, {"run", "--items", "1"}, {"list"}}) {
        const Outcome outcome = tool(words);
        INFO(outcome.err);
        CHECK(outcome.status == 3);
        CHECK(outcome.err.find("insmod") != std::string::npos);
    }
    load_module();
}

TEST_CASE("a run that does not exist is refused", "[lab]")
{
    for (const char* command : {"stop", "show"}) {
        const Outcome outcome = tool({command, "4711"});
        INFO(outcome.err);
        CHECK(outcome.status == 2);
        CHECK(outcome.err.find("4711") != std::string::npos);
    }
}

namespace {

using wqctl::IssuerSpec;
using wqctl::Scenario;

struct BadRequest {
    const char* says;  // part of the extack
    std::function<void(Scenario&)> spoil;
};

Scenario plain()
{
    Scenario scenario;
    scenario.items = 1;
    scenario.workqueues.emplace_back().name = "plain";
    scenario.issuers.emplace_back();
    return wqctl::resolve(scenario);
}

}  // namespace

TEST_CASE("the module refuses by itself what wqctl would not have sent", "[lab]")
{
    using S = Scenario&;
    const std::vector<BadRequest> bad = {
        {"BH goes with HIGHPRI", [](S s) { s.workqueues[0].flags = WQLAB_WQ_BH | WQLAB_WQ_UNBOUND; }},
        {"no max_active",
         [](S s) {
             s.workqueues[0].flags = WQLAB_WQ_BH;
             s.workqueues[0].max_active = 3;
         }},
        {"can't sleep",
         [](S s) {
             s.workqueues[0].flags = WQLAB_WQ_BH;
             s.issuers[0].body = WQLAB_BODY_SLEEP;
             s.issuers[0].time.ns = 1000;
         }},
        {"softirq",
         [](S s) {
             s.workqueues[0].flags = WQLAB_WQ_BH;
             s.issuers[0].body = WQLAB_BODY_SPIN;
             s.issuers[0].time.ns = 20'000'000;
         }},
        {"max_active 1",
         [](S s) {
             s.workqueues[0].flags = WQLAB_WQ_ORDERED;
             s.workqueues[0].max_active = 2;
         }},
        {"PERCPU excludes", [](S s) { s.workqueues[0].flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_PERCPU; }},
        {"no such system", [](S s) { s.workqueues[0].system = "system_none_wq"; }},
        {"printable", [](S s) { s.workqueues[0].name = "a/b"; }},
        {"same name",
         [](S s) {
             s.workqueues.push_back(s.workqueues[0]);
             s.issuers[0].workqueues = {"plain"};
         }},
        {"needs a workqueue",
         [](S s) {
             s.workqueues.clear();
             s.issuers.clear();
         }},
        {"needs an issuer", [](S s) { s.issuers.clear(); }},
        {"not online", [](S s) { s.issuers[0].cpus = wqctl::CpuList{99}; }},
        {"not online", [](S s) { s.issuers[0].queue_on = 99; }},
        {"unbound", [](S s) { s.issuers[0].queue_node = 0; }},
        {"RCU work",
         [](S s) {
             s.issuers[0].mode = WQLAB_MODE_RCU;
             s.issuers[0].cancel_percent = 5;
         }},
        {"coalescing", [](S s) { s.issuers[0].coalesce = true; }},
        {"need a time", [](S s) { s.issuers[0].body = WQLAB_BODY_SPIN; }},
        {"exceed",
         [](S s) {
             s.issuers[0].body = WQLAB_BODY_SPIN;
             s.issuers[0].time.ns = 5'000'000'000;
         }},
        {"1048576", [](S s) { s.issuers[0].body = WQLAB_BODY_ALLOC; }},
        {"threads exceed",
         [](S s) {
             s.issuers[0].threads = 200;
             s.issuers.push_back(s.issuers[0]);
         }},
        {"beyond 60000000000",
         [](S s) {
             s.issuers[0].depth = 64;
             s.issuers[0].flush_percent = 5;
             s.issuers[0].body = WQLAB_BODY_SLEEP;
             s.issuers[0].time.ns = 1'000'000'000;
         }},
        {"bytes of memory",
         [](S s) {
             s.issuers[0].threads = 16;
             s.issuers[0].depth = 1024;
             s.issuers[0].body = WQLAB_BODY_TOUCH;
             s.issuers[0].bytes = 1 << 20;
         }},
    };
    wqctl::Lab lab;
    wqctl::Runs asked(lab);
    for (const BadRequest& request : bad) {
        Scenario scenario = plain();
        request.spoil(scenario);
        INFO(request.says);
        std::string said = "nothing: it was accepted";
        try {
            wqctl::Message message = wqctl::encode_run(scenario, {});
            asked.forget(asked.start(message).id);
        } catch (const wqctl::Error& error) {
            said = error.what();
        }
        CHECK_THAT(said, Catch::Contains(request.says));
        CHECK(asked.states().empty());
    }
}

TEST_CASE("the policy refuses what is out of range and names the bound", "[lab]")
{
    wqctl::Lab lab;
    wqctl::Runs asked(lab);
    for (const auto& [spoil, bound] : std::vector<std::pair<std::function<void(Scenario&)>, std::string>>{
             {[](Scenario& s) { s.issuers[0].depth = 5000; }, "4096"},
             {[](Scenario& s) { s.issuers[0].threads = 0; }, "1"},
             {[](Scenario& s) { s.sample = 2'000'000; }, "1000000"},
             {[](Scenario& s) { s.issuers[0].cancel_percent = 101; }, "100"}}) {
        Scenario scenario = plain();
        spoil(scenario);
        std::string said = "nothing: it was accepted";
        try {
            wqctl::Message message = wqctl::encode_run(scenario, {});
            asked.start(message);
        } catch (const wqctl::Error& error) {
            said = error.what();
        }
        CHECK_THAT(said, Catch::Contains(bound));
    }
    CHECK(asked.states().empty());
}

TEST_CASE("no more runs than the limit, and the slot of a forgotten one is free again", "[lab]")
{
    std::vector<uint32_t> ids;
    wqctl::Lab lab;
    wqctl::Runs asked(lab);
    std::string said;
    for (int i = 0; i < 17; i++) {
        wqctl::Message message = wqctl::encode_run(plain(), {});  // held
        try {
            ids.push_back(asked.start(message).id);
        } catch (const wqctl::Error& error) {
            said = error.what();
        }
    }
    CHECK(ids.size() == 16);
    CHECK_THAT(said, Catch::Contains("16"));
    CHECK_THROWS_AS(asked.forget(ids[0]), wqctl::Error);
    asked.stop(ids[0]);
    CHECK(eventually([&] { return asked.state(ids[0]).state == WQLAB_RUN_ENDED; }));
    asked.forget(ids[0]);
    wqctl::Message again = wqctl::encode_run(plain(), {});
    CHECK_NOTHROW(asked.start(again));
}

TEST_CASE("who may only read a file keeps nobody from setting it, and who may set it is alone", "[inspect]")
{
    using wqctl::FileLock;
    const std::string limit = "/proc/sys/kernel/threads-max";
    const FileLock readers(limit);  // as anybody can
    const FileLock other = FileLock::of_name("another");
    {
        const wqctl::KeptValue kept(limit, "4000");
        CHECK_THROWS_AS(FileLock::of_name(limit), wqctl::Error);
    }
    CHECK_NOTHROW(FileLock::of_name(limit));
}

TEST_CASE("who may not explain keeps nobody from it, and who may is alone", "[inspect]")
{
    using wqctl::FileLock;
    constexpr const char* kRoots = "/sys/module/wqlab/uevent";
    // Holds what everybody may read, and says what came of the other.
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t nobody = fork();
    if (nobody == 0) {
        char got = setgid(65534) || setuid(65534) ? '?' : 'n';
        const FileLock readers("/sys/module/wqlab");
        try {
            const FileLock roots(kRoots, FileLock::Whose::kRoots);
            got = 'y';
        } catch (const wqctl::Error&) {
        }
        [[maybe_unused]] const ssize_t written = write(ends[1], &got, 1);
        pause();
        _exit(0);
    }
    char got = 0;
    CHECK(read(ends[0], &got, 1) == 1);
    CHECK(got == 'n');
    CHECK(tool({"explain", "percpu"}).status == 0);
    kill(nobody, SIGKILL);
    waitpid(nobody, nullptr, 0);
    close(ends[0]);
    close(ends[1]);
    const FileLock roots(kRoots, FileLock::Whose::kRoots);
    const Outcome refused = tool({"explain", "percpu"});
    CHECK(refused.status == 3);
    CHECK_THAT(refused.err, Catch::Contains("one at a time"));
}

TEST_CASE("a trace that can't have its thread is refused, and nobody records then", "[trace]")
{
    // From too little for the thread's stack to enough for all.
    unsigned refused = 0;
    int status = -1;
    for (unsigned kib = 12'000; kib < 100'000 && status != 0; kib += 4'000) {
        const std::string limit = "ulimit -v " + std::to_string(kib);
        const Outcome seen = execute({"sh", "-c", limit + "; exec wqctl trace -d 0.1 --buffer 1M -o /tmp/small"});
        INFO(limit << ": " << seen.err);
        status = seen.status;
        CHECK((status == 0 || status == wqctl::kBad));
        refused += seen.err.find("no memory for a thread") != std::string::npos;
        CHECK(eventually([] { return !somebody_traces(); }));
    }
    CHECK(status == 0);
    CHECK(refused > 0);
}
