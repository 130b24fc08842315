// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/listen.hh"

#include <algorithm>

#include "report/recording_requests.hh"
#include "source/source.hh"
#include "system/wait.hh"

namespace wqctl {

namespace {

constexpr uint64_t kBetweenLooks = 20'000'000;
constexpr uint64_t kRestPerLook = 9;  // so often as long as a look takes nothing is done: a tenth of a CPU at most
constexpr uint64_t kBlink = 200'000'000;

class Recording {
public:
    explicit Recording(Lab& lab) : lab_(lab) { start_latency(lab); }
    ~Recording()
    {
        try {
            stop();
        } catch (const std::exception&) {
            // It ends with the connection, too.
        }
    }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    void stop()
    {
        if (!stopped_)
            stop_latency(lab_);
        stopped_ = true;
    }

private:
    Lab& lab_;
    bool stopped_ = false;
};

}  // namespace

Listened listen(Lab& lab, Source& source, uint64_t identity, uint64_t duration_ns, Interrupts& interrupts,
                const std::function<void(uint64_t elapsed_ns)>& say)
{
    Listened result;
    Totals totals;
    Recording recording(lab);
    const uint64_t begun = monotonic_ns();
    uint64_t said = 0;
    for (uint64_t now = begun; now - begun < duration_ns; now = monotonic_ns()) {
        if (now - begun >= said) {
            say(now - begun);
            said = now - begun + kBlink;
        }
        const Snapshot snapshot = source.snapshot(kLookSections);
        auto look = look_at(snapshot, totals.take(snapshot), identity);
        if (!look) {
            result.gone = true;
            break;
        }
        result.looks.push_back(std::move(*look));
        const uint64_t took = monotonic_ns() - now;
        const uint64_t next = now + std::max(kBetweenLooks, took * (kRestPerLook + 1));
        if (wait_until(std::min(next, begun + duration_ns), interrupts) == Woken::kByInterrupt) {
            result.interrupted = true;
            break;
        }
    }
    recording.stop();
    result.recording = fetch_latency(lab);
    return result;
}

}  // namespace wqctl
