// SPDX-License-Identifier: GPL-2.0
#include "report/session.hh"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "report/render.hh"
#include "report/placement.hh"
#include "report/wq_sysfs.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

int interrupt_pipe[2] = {-1, -1};
volatile std::sig_atomic_t interrupt_count = 0;
volatile std::sig_atomic_t patient = 0;

void on_interrupt(int)
{
    const int saved = errno;
    interrupt_count = interrupt_count + 1;
    // The socket closes with the process, and the run stops with it.
    if (interrupt_count > 1 && !patient)
        _exit(130);
    [[maybe_unused]] const ssize_t written = write(interrupt_pipe[1], "!", 1);
    errno = saved;
}

void handle(int signal, void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts(Mood mood)
{
    if (pipe2(interrupt_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        throw Error(kBad, "cannot make a pipe");
    interrupt_count = 0;
    patient = mood == Mood::kPatient;
    handle(SIGINT, on_interrupt);
    handle(SIGTERM, on_interrupt);
    if (patient)
        handle(SIGHUP, on_interrupt);
}

Interrupts::~Interrupts()
{
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
    if (patient)
        handle(SIGHUP, SIG_DFL);
    close(interrupt_pipe[0]);
    close(interrupt_pipe[1]);
}

int Interrupts::fd() const { return interrupt_pipe[0]; }

bool Interrupts::take()
{
    char byte;
    return read(interrupt_pipe[0], &byte, 1) == 1;
}

uint32_t parse_run_id(const std::string& text)
{
    try {
        return parse_count32(text);
    } catch (const Error&) {
        throw Error::usage("\"" + text + "\" is not a run; give a number that wqctl list shows");
    }
}

void stop_run(Lab& lab, uint32_t id)
{
    try {
        lab.stop(id);
    } catch (const Error& error) {
        if (error.exit_code == kUnavailable || !lab.state(id).ended())
            throw;
    }
}

void follow(Lab& lab, Events& events, uint32_t id, Interrupts& interrupts, Progress& progress)
{
    // Events can be lost when their socket overflows, so silence is asked about.
    constexpr int patience_ms = 500;
    for (;;) {
        pollfd fds[] = {{events.fd(), POLLIN, 0}, {interrupts.fd(), POLLIN, 0}};
        const int ready = poll(fds, 2, patience_ms);
        if (interrupts.take()) {
            progress.say("stopping; again to quit at once");
            stop_run(lab, id);
        }
        RunState latest;
        if (ready > 0 && fds[0].revents)
            events.take([&](const RunState& state) {
                if (state.id == id)
                    latest = state;
            });
        else if (ready == 0)
            latest = lab.state(id);
        if (latest.id != id)
            continue;
        if (latest.ended())
            return;
        progress.update(latest);
    }
}

RunReport fetch_report(Lab& lab, uint32_t id, const Machine& machine)
{
    RunReport report = lab.report(id);
    report.kernel = lab.info().release;
    for (WorkqueueReport& workqueue : report.workqueues) {
        workqueue.attributes = read_attributes(workqueue.kernel_name);
        judge_placement(workqueue, machine);
    }
    return report;
}

int print_report(const RunReport& report, bool json, Output& output)
{
    if (json)
        output.json(report_to_json(report));
    else
        output.text(render_report_table(report, output.style()));
    output.finish();
    const auto broken = broken_promises(report);
    for (const std::string& promise : broken)
        print_loud(promise);
    return broken.empty() ? kDone : kBad;
}

}  // namespace wqctl
