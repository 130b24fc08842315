// SPDX-License-Identifier: GPL-2.0
// The module's commands as functions. Closing it stops the runs it started
// that are not detached, and its recording.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wire/message.hh"
#include "wire/socket.hh"
#include "commands/check/promise.hh"
#include "source/info.hh"
#include "commands/latency/recording.hh"
#include "report/report.hh"
#include "snapshot/snapshot.hh"

namespace wqctl {

class Lab {
public:
    // Refuses, with the way out, when the module is absent or speaks another
    // version of the family.
    Lab();

    Info info();
    RunState start(Message& request);  // id and memory
    void release(uint32_t id) { on_run(id, WQLAB_CMD_RUN_RELEASE); }
    void stop(uint32_t id) { on_run(id, WQLAB_CMD_RUN_STOP); }
    void forget(uint32_t id) { on_run(id, WQLAB_CMD_RUN_FORGET); }
    RunState state(uint32_t id);
    std::vector<RunState> states();
    RunReport report(uint32_t id);
    Snapshot snapshot(uint32_t sections = WQLAB_SECTIONS_ALL);
    // Of every item of the machine; until it is stopped or this closes.
    void start_latency();
    void stop_latency();
    LatencyRecording latency();

    std::vector<Promise> checks();
    // fault: "" for the kernel itself.
    void start_check(const std::string& id, const std::string& fault, uint64_t seed);
    CheckState check();
    void answer_check(uint32_t step, int error, const std::string& text);
    void stop_check();

    const FamilyInfo& family() const { return family_; }

private:
    void on_run(uint32_t id, uint8_t command);
    void request(uint8_t command, Message& message, const GenlSocket::Handler& handler, bool dump = false);

    GenlSocket socket_;
    FamilyInfo family_;
};

// The events of the module; listens from its creation on.
class Events {
public:
    explicit Events(const Lab& lab);

    int fd() const { return socket_.fd(); }
    // The states that have arrived; does not wait.
    void take(const std::function<void(const RunState&)>& handler);

private:
    GenlSocket socket_;
};

}  // namespace wqctl
