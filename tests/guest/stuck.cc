// SPDX-License-Identifier: GPL-2.0
#include "stuck.hh"

#include <catch2/catch.hpp>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void load()
{
    if (std::filesystem::exists("/sys/module/wqlab_stuck"))
        return;
    const Outcome outcome = execute({"insmod", "/tests/wqlab_stuck.ko"});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
}

// Until it is killed, or its parent dies. A byte in the pipe says that it has the CPU.
[[noreturn]] void poll_on(int cpu, int ready)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "poller");
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(static_cast<unsigned>(cpu), &cpus);
    const sched_param priority = {.sched_priority = 50};
    if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_setscheduler(0, SCHED_FIFO, &priority) ||
        write(ready, "", 1) != 1)
        _exit(1);
    for (volatile bool on = true; on;)
        ;
    _exit(0);
}

}  // namespace

Stuck::Stuck(const std::string& state, int cpu)
{
    load();
    file_ = open("/proc/wqlab_stuck", O_WRONLY | O_CLOEXEC);
    REQUIRE(file_ >= 0);
    const std::string words = state + " " + std::to_string(cpu);
    if (write(file_, words.data(), words.size()) >= 0)
        return;
    const int error = errno;
    // No destructor follows a constructor that fails.
    if (error != EOPNOTSUPP && error != ENOSYS)
        undo();
    INFO(state << ": error " << error);
    REQUIRE((error == EOPNOTSUPP || error == ENOSYS));
    why_not_ = "this kernel has not what the state " + state + " takes";
}

Stuck::~Stuck() { undo(); }

void Stuck::go_on()
{
    const std::string_view word = "go_on";
    REQUIRE(write(file_, word.data(), word.size()) == static_cast<ssize_t>(word.size()));
}

void Stuck::undo()
{
    if (file_ >= 0)
        close(file_);
    file_ = -1;
}

bool left_out(const Stuck& stuck)
{
    if (stuck.why_not().empty())
        return false;
    WARN("SKIP " + stuck.why_not());
    return true;
}

Poller::Poller(int cpu)
{
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    pid_ = fork();
    if (pid_ == 0)
        poll_on(cpu, ends[1]);
    close(ends[1]);
    char byte;
    const bool polls = pid_ > 0 && read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    // No destructor follows a constructor that fails.
    if (!polls)
        end();
    REQUIRE(polls);
}

Poller::~Poller() { end(); }

void Poller::end()
{
    if (pid_ <= 0)
        return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

Unthrottled::Unthrottled(int cpu)
{
    const std::string server = "/sys/kernel/debug/sched/fair_server/cpu" + std::to_string(cpu) + "/runtime";
    values_.emplace_back("/proc/sys/kernel/sched_rt_runtime_us", "-1");
    if (access(server.c_str(), W_OK) == 0)
        values_.emplace_back(server, "0");
}

json findings(const Words& words, Doctor doctor)
{
    Words arguments = {"doctor", "--json"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const Outcome outcome = doctor(arguments);
    INFO(outcome.err << outcome.out);
    REQUIRE((outcome.status == 0 || outcome.status == 1));
    const json found = json::parse(outcome.out)["findings"];
    CHECK(outcome.status == !found.empty());
    return found;
}

json finding_by(const std::string& rule, Doctor doctor)
{
    json found, last;
    eventually([&] {
        last = findings({"stuck_"}, doctor);
        for (const json& one : last)
            if (one["rule"] == rule)
                found = one;
        return !found.is_null();
    });
    INFO(last.dump(2));
    REQUIRE(!found.is_null());
    return found;
}
