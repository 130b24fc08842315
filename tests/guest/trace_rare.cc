// SPDX-License-Identifier: GPL-2.0
// What a trace tells of what seldom happens, each brought about by the test: a rescue, a change of attributes, a task
// that is called something else, a finding of the doctor's; and who queues, on top's screen.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.hh"
#include "commands/trace/awaited.hh"
#include "hold.hh"
#include "stuck.hh"
#include "term/output.hh"
#include "traced.hh"

using namespace wqctl;

namespace {

const std::string kSysfs = "/sys/devices/virtual/workqueue/";

// Those of a kind, and, if one is named, of a workqueue.
std::vector<Event> of_kind(const Traced& traced, EventKind kind, const std::string& workqueue = "")
{
    std::vector<Event> found;
    for (const Event& event : traced.events())
        if (event.kind == kind && (workqueue.empty() || traced.workqueue(event) == workqueue))
            found.push_back(event);
    return found;
}

// And no rescuer, which is called kworker/R-… or as its workqueue.
bool is_worker(const std::string& comm) { return comm.starts_with("kworker/") && !comm.starts_with("kworker/R"); }

bool lacks(Traced& traced, const std::string& what)
{
    Head head;
    traced.recording().fill(head);
    return std::ranges::any_of(head.missing, [&](const std::string& words) { return words == what; });
}

// Calls that their kprobe passed over.
uint64_t passed_over(const Tail& tail, const std::string& what)
{
    uint64_t calls = 0;
    for (const PassedOver& one : tail.passed_over)
        calls += one.what == what ? one.calls : 0;
    return calls;
}

}  // namespace

TEST_CASE("a pool that gets no worker: who manages in vain, its mayday, and who comes to the rescue", "[trace]")
{
    const std::string workqueue = "stuck_rescued", function = "stuck_sleeper_func [wqlab_stuck]";
    Traced traced;
    Stuck stuck("rescued");
    if (left_out(stuck))
        return;
    // No process can be made. The pool's own workers have an item each by then, and sleep.
    const auto began = [&](const Event& e) {
        return e.kind == EventKind::kRescueBegins && traced.workqueue(e) == workqueue;
    };
    const bool rescued = eventually([&] { return traced.has(began); });
    const auto begins = of_kind(traced, EventKind::kRescueBegins, workqueue);
    // The rescuer's task has no name but this.
    const auto starts_with_rescuer = [&](const Event& e) {
        return e.kind == EventKind::kStart && !begins.empty() && e.pid == begins[0].pid;
    };
    const bool started = eventually([&] { return traced.has(starts_with_rescuer); });
    stuck.undo();
    const bool left = eventually([&] {
        return lacks(traced, "ends of rescues") ||
               traced.has([](const Event& e) { return e.kind == EventKind::kRescueEnds; });
    });
    traced.stop();
    if (lacks(traced, "rescues") || lacks(traced, "maydays") || lacks(traced, "managers, and workers made")) {
        WARN("SKIP this kernel has no function of its own to be probed for some of it");
        return;
    }
    REQUIRE(rescued);
    REQUIRE(started);
    REQUIRE_FALSE(begins.empty());
    const Event rescue = begins[0];
    CHECK_FALSE(traced.text(rescue.comm).empty());
    CHECK(rescue.pool != kNoPool);
    // The manager began before, and a mayday of the pool called for the rescuer.
    const auto before = [&](EventKind kind) {
        const auto all = of_kind(traced, kind);
        return std::ranges::any_of(all, [&](const Event& e) { return e.pool == rescue.pool && e.time <= rescue.time; });
    };
    CHECK(before(EventKind::kManagerBegins));
    // Unless the timer that calls interrupted the handler of a kprobe.
    CHECK((before(EventKind::kMayday) || passed_over(traced.tail(), "maydays")));
    const auto all_starts = traced.events(EventKind::kStart, function);
    const auto start = std::ranges::find_if(all_starts, [&](const Event& e) { return e.pid == rescue.pid; });
    REQUIRE(start != all_starts.end());
    CHECK(start->time >= rescue.time);
    CHECK(start->pool == rescue.pool);
    CHECK(traced.workqueue(*start) == workqueue);
    // When it leaves is told.
    if (lacks(traced, "ends of rescues"))
        return;
    CHECK(left);
    const auto ends = of_kind(traced, EventKind::kRescueEnds, workqueue);
    const auto end = std::ranges::find_if(ends, [&](const Event& e) { return e.pid == rescue.pid; });
    REQUIRE(end != ends.end());
    CHECK(end->time > start->time);
    CHECK(end->pool == rescue.pool);
    // It is with one pool at a time.
    int stays = 0;
    for (const Event& event : traced.events())
        if (event.pid == rescue.pid &&
            (event.kind == EventKind::kRescueBegins || event.kind == EventKind::kRescueEnds)) {
            stays += event.kind == EventKind::kRescueBegins ? 1 : -1;
            CHECK((stays == 0 || stays == 1));
        }
}

TEST_CASE("calls that a kprobe passes over, because another one's handler is at work, are counted and told", "[trace]")
{
    constexpr const char* kWhat = "cancel_work()";
    Hold hold;
    {
        // What comes before a recording and behind it is none of its.
        hold.tell("within 5");
        Traced quiet;
        quiet.stop();
        hold.tell("within 5");
        if (lacks(quiet, kWhat)) {
            WARN("SKIP this kernel has no cancel_work() to be probed");
            return;
        }
        CHECK(passed_over(quiet.tail(), kWhat) == 0);
    }
    {
        Traced traced;
        hold.tell("within 3");
        hold.tell("within 4");
        traced.stop();
        CHECK(passed_over(traced.tail(), kWhat) == 7);
        CHECK(traced.tail().lost.empty());
    }
    Process tracer({"wqctl", "trace", "-d", "300", "--no-progress", "-o", "/tmp/passed.pftrace"});
    REQUIRE(eventually([&] { return somebody_traces() && tracer.catches(SIGINT); }));
    hold.tell("within 3");
    tracer.signal(SIGINT);
    const Outcome outcome = tracer.wait();
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.err, Catch::Contains("probe was busy") && Catch::Contains("3 for cancel_work()"));
    CHECK_THAT(tool({"trace", "show", "/tmp/passed.pftrace"}).out,
               Catch::Contains("passed over by busy probes: ") && Catch::Contains("3 for cancel_work()"));
}

TEST_CASE("a rescue of which the beginning is not in the trace has no end there", "[trace]")
{
    // As when it begins before all is attached, and nothing is written yet.
    TraceOptions options;
    options.kinds = 1u << WQLAB_TRACE_KIND_START | 1u << WQLAB_TRACE_KIND_RESCUE_ENDS;
    Traced traced(options);
    Stuck stuck("rescued");
    if (left_out(stuck))
        return;
    const auto by_rescuer = [&](const Event& e) {
        return traced.text(e.function) == "stuck_sleeper_func [wqlab_stuck]" && !is_worker(traced.text(e.comm));
    };
    const bool rescued = eventually([&] { return traced.has(by_rescuer); });
    // Its workqueue is gone once this returns, and the rescuer with it.
    stuck.undo();
    traced.stop();
    CHECK(rescued);
    CHECK(of_kind(traced, EventKind::kRescueEnds).empty());
}

namespace {

// A child with this pid, which nobody has.
pid_t fork_as(pid_t pid)
{
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<uintptr_t>(&pid);
    arguments.set_tid_size = 1;
    return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

}  // namespace

TEST_CASE("who queues has the name that it had then: before exec, after it, and whoever has its pid next", "[trace]")
{
    Traced traced;
    Hold hold;
    Process first({"bash", "-c", "echo queue 5 >/proc/wqlab_hold; exec sh -c 'echo queue 6 >/proc/wqlab_hold'"});
    const pid_t pid = first.pid();
    REQUIRE(first.wait().status == 0);
    const pid_t next = fork_as(pid);
    if (!next) {
        prctl(PR_SET_NAME, "another");
        const int file = open("/proc/wqlab_hold", O_WRONLY | O_CLOEXEC);
        _exit(write(file, "queue 7", 7) != 7);
    }
    REQUIRE(next == pid);
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
    hold.open();
    traced.stop();
    std::vector<std::string> names;
    for (const Event& event : of_kind(traced, EventKind::kQueue, Hold::kName)) {
        CHECK(event.pid == pid);
        names.push_back(traced.text(event.comm));
    }
    CHECK(names == std::vector<std::string>{"bash", "sh", "another"});
}

namespace {

// SIGINT for this process every millisecond, which it does not mind, as long as this lives.
class Interrupted {
public:
    Interrupted()
    {
        struct sigaction action = {};
        action.sa_handler = [](int) {};
        sigaction(SIGINT, &action, &old_);
        sigevent event{};
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = SIGINT;
        timer_create(CLOCK_MONOTONIC, &event, &timer_);
        const itimerspec often = {.it_interval = {0, 1'000'000}, .it_value = {0, 1'000'000}};
        timer_settime(timer_, 0, &often, nullptr);
    }
    ~Interrupted()
    {
        timer_delete(timer_);
        sigaction(SIGINT, &old_, nullptr);
    }
    Interrupted(const Interrupted&) = delete;

private:
    struct sigaction old_ = {};
    timer_t timer_ = {};
};

}  // namespace

TEST_CASE("Ctrl-C ends what takes its time to attach, and nothing stays attached", "[trace]")
{
    const std::string list = "/sys/kernel/debug/kprobes/list";
    const std::string before = read_file(list);
    TraceOptions small;
    small.buffer_bytes = 1 << 20;
    Lab lab;
    // Whenever it looks, a signal has come since it began.
    CHECK(eventually([&] {
        const Interrupted interrupted;
        return refusal([&] { TraceRecording recording(lab, small); }).find("canceled") != std::string::npos;
    }));
    CHECK(read_file(list) == before);
    // Who comes next has all.
    CHECK(refusal([&] { Traced next; }).empty());
}

TEST_CASE("a change of a workqueue's attributes is told, by whom, and of max_active", "[trace]")
{
    Traced traced;
    // As they are: what is set is a change all the same.
    for (const char* file : {"nice", "max_active"})
        write_file(kSysfs + "writeback/" + file, read_file(kSysfs + "writeback/" + file));
    traced.stop();
    const auto changes = of_kind(traced, EventKind::kAttributes, "writeback");
    const auto told = [&](const std::string& function) {
        return std::ranges::count_if(
            changes, [&](const Event& e) { return traced.text(e.function) == function && e.pid == getpid(); });
    };
    if (!lacks(traced, "changes of attributes"))
        CHECK(told("apply_workqueue_attrs_locked") == 1);
    if (!lacks(traced, "changes of max_active"))
        CHECK(told("workqueue_set_max_active") == 1);
}

TEST_CASE("a recording that waits for the doctor stops at what he finds", "[trace]")
{
    Process tracer({"wqctl", "trace", "--ring", "1M", "-d", "300", "--until", "doctor of stuck_circle", "--no-progress",
                    "-o", "/tmp/found.pftrace"});
    REQUIRE(eventually(somebody_traces));
    Stuck stuck("circle");
    if (left_out(stuck))
        return tracer.signal(SIGKILL);
    const Outcome outcome = tracer.wait();
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.err, Catch::Contains("the doctor found: ") && Catch::Contains("stuck_circle"));
    const Outcome shown = tool({"trace", "show", "/tmp/found.pftrace", "--format", "text"});
    CHECK(shown.status == 0);
    CHECK_THAT(shown.out, Catch::Contains("doctor: ") && Catch::Contains("stuck_waits_for_next_func"));
    stuck.undo();
}

TEST_CASE("what the doctor finds is waited for if it concerns who is named, whatever else is said of it", "[trace]")
{
    const std::vector<Entry> commands = all_commands();
    Output output;
    Context context(output, commands);
    // A rule rests on that function, and so it is among the lines of a finding.
    Awaited other("doctor of insert_wq_barrier", context.source(), output.style());
    Awaited mine("doctor of stuck_circle", context.source(), output.style());
    Stuck stuck("circle");
    if (left_out(stuck))
        return;
    uint64_t now = 0;
    const auto look = [&](Awaited& awaited) { return awaited.look(now += 1'000'000'000, 0); };
    REQUIRE(eventually([&] {
        look(other);
        return look(mine);
    }));
    CHECK_THAT(mine.details(), Catch::Contains("insert_wq_barrier"));
    // By now it has seen what is there.
    CHECK_FALSE(look(other));
    CHECK_FALSE(other.found());
    stuck.undo();
}

TEST_CASE("what is wrong already is named, and not what a recording waits for", "[trace]")
{
    Stuck stuck("circle");
    if (left_out(stuck))
        return;
    Process tracer({"wqctl", "trace", "--ring", "1M", "-d", "300", "--until", "doctor of stuck_", "--no-progress", "-o",
                    "/tmp/found.pftrace"});
    REQUIRE(eventually([&] { return somebody_traces() && tracer.catches(SIGINT); }));
    // It goes with its module, and what the ring holds by then is there.
    unload_module();
    const Outcome outcome = tracer.wait();
    load_module();
    INFO(outcome.err);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Catch::Contains("is so already, and not waited for: ") && Catch::Contains("did not come") &&
                                Catch::Contains("ended before its time"));
    CHECK(tool({"trace", "show", "/tmp/found.pftrace"}).status == 0);
}

TEST_CASE("a ring holds what came before its end, however long that takes", "[trace]")
{
    // Unbound: nobody is told to hog a CPU.
    Process load({"wqctl", "run", "--no-progress", "--flags", "unbound", "--depth", "16", "--duration", "1h"});
    TraceOptions options;
    options.buffer_bytes = 1 << 20;
    options.overwrite = true;
    Traced traced(options);
    // Until it has gone round.
    REQUIRE(eventually([&] {
        traced.has([](const Event&) { return false; });
        return traced.events().size() > 200'000 || traced.recording().rings().missed();
    }));
    traced.stop();
    const uint64_t end = traced.tail().elapsed_ns;
    std::vector<Event> last;
    traced.recording().rewind();
    traced.recording().take([&](const Event& event) { last.push_back(event); });
    load.signal(SIGINT);
    load.wait();
    // Of CPUs on which something goes on the ring is full of what was before the end.
    CHECK(last.size() > (1 << 20) / sizeof(wqlab_trace_record) / online_cpus().size() / 2);
    for (const Event& event : last)
        REQUIRE(event.time <= end);
}

TEST_CASE("top shows who queues how much on what", "[trace]")
{
    Process load({"wqctl", "run", "--no-progress", "--depth", "4", "--duration", "1h", "--name", "asked"});
    REQUIRE(eventually([] { return tool({"list"}).out.find("asked") != std::string::npos; }));
    Process top({"wqctl", "top", "-b", "-n", "3", "-d", "0.5", "--view", "queuers"});
    const Outcome outcome = top.wait();
    INFO(outcome.err << outcome.out);
    CHECK(outcome.status == 0);
    // Who issues, from which function, and on which workqueue.
    CHECK_THAT(outcome.out, Catch::Contains("_item [wqlab]") && Catch::Contains("-asked"));
    load.signal(SIGINT);
    load.wait();
}

TEST_CASE("a trace to a pipe ends soon after its reader", "[trace]")
{
    const Process tracer({"sh", "-c", "wqctl trace -d 1h | head -n 1"});
    REQUIRE(eventually([] { return somebody_traces(); }));
    CHECK(eventually([] {
        run_one({"--items", "100"});
        return !somebody_traces();
    }));
}
