// SPDX-License-Identifier: GPL-2.0
// The fuzzers' way into what wqctl makes of the module's answers, and of a snapshot that somebody saved: decoded, then
// shown by everything that shows it. An input is a stream of attributes, each of a request's number (enum wqlab_cmd)
// with one answer to it inside; of 0, what the kernel says when it refuses one.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "commands/check/requests.hh"
#include "commands/check/verdicts.hh"
#include "commands/doctor/live/rules.hh"
#include "commands/doctor/render.hh"
#include "commands/dump/render.hh"
#include "commands/info/render.hh"
#include "commands/latency/render.hh"
#include "commands/list/render.hh"
#include "commands/monitor/render.hh"
#include "commands/where/render.hh"
#include "report/decode.hh"
#include "report/recording_requests.hh"
#include "report/render.hh"
#include "source/decode.hh"
#include "text/error.hh"
#include "wire/extack.hh"
#include "wire/message.hh"

using namespace wqctl;

namespace {

void must(bool truth, const char* what, std::string_view shown = {})
{
    if (truth)
        return;
    std::fprintf(stderr, "nonsense: %s\n%.*s\n", what, static_cast<int>(shown.size()), shown.data());
    std::abort();
}

// A document; and of lines, that no answer controls the terminal.
void is_json(const std::string& text) { must(nlohmann::json::accept(text), "no JSON", text); }
void is_text(const std::string& text)
{
    for (const char c : text)
        must(static_cast<unsigned char>(c) >= 0x20 || c == '\n', "a control character", text);
}

const Style& style()
{
    static const Style kStyle;
    return kStyle;
}

void show(const Info& info)
{
    is_text(render_info(info, style()));
    is_json(info_to_json(info));
}

void show(const Snapshot& snapshot)
{
    const Selection selection = select(snapshot, {});
    Dump dump{.snapshot = snapshot, .selection = selection, .kernel = "fuzz", .sections = snapshot.sections};
    is_text(render_dump(dump, style()));
    is_json(dump_to_json(dump));
    is_text(dump_to_wq_dump(dump));

    Totals totals;
    totals.take(snapshot);
    const TotalsSample sample = totals.take(snapshot);
    is_text(render_monitor(sample, style()));
    is_text(render_wq_monitor(sample));
    is_json(monitor_to_json(sample));
    is_text(render_openmetrics(sample, snapshot));

    live::Case at(snapshot);
    is_text(render_findings(live::examine(at).findings, style()));

    for (uint32_t workqueue = 0; workqueue < snapshot.workqueues.size() && workqueue < 4; workqueue++) {
        const WhereQuestion question{.workqueue = workqueue};
        try {
            const auto answers = where(snapshot, question);
            is_text(render_where(snapshot, question, answers, style()));
            is_json(where_to_json(snapshot, question, answers));
        } catch (const Error&) {
            // Nobody can ask that.
        }
    }
}

void show(const RunReport& report)
{
    is_text(render_report_table(report, style()));
    is_json(report_to_json(report));
    broken_promises(report);
}

void show(const LatencyRecording& recording)
{
    for (const auto& by : kLatencyGroupings) {
        LatencyView view;
        view.by = by.value;
        is_text(render_latency(recording, view, style()));
        is_json(latency_recording_to_json(recording, view));
    }
}

// What it was that is refused.
const Message& refused_request()
{
    static Message* const kRequest = [] {
        static Message message;
        message.put_u64(WQLAB_A_RUN_ITEMS, 10);
        for (unsigned i = 0; i < 2; i++) {
            const Message::Nest nest(message, WQLAB_A_RUN_ISSUER);
            message.put_u32(WQLAB_A_ISSUER_DEPTH, 5000);
        }
        return &message;
    }();
    return *kRequest;
}

void show_refusal(Bytes answer)
{
    const CommandName command = command_name(WQLAB_CMD_RUN_START);
    const Refusal refusal = decode_refusal(answer, refused_request().stream(), command.request);
    is_text(refusal.text());
    is_text(refusal.to_error(command.name).message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    Info info;
    Snapshot snapshot;
    RunReport report;
    std::vector<RunState> runs;
    LatencyRecording recording;
    std::vector<Promise> promises;
    std::map<unsigned, bool> answered;
    const Attributes answers(Bytes(reinterpret_cast<const std::byte*>(data), size));
    for (const Attribute& answer : answers.all()) {
        const Attributes inside(answer.payload);
        answered[answer.type] = true;
        switch (answer.type) {
        case 0: show_refusal(answer.payload); break;
        case WQLAB_CMD_INFO: info = decode_info(inside); break;
        case WQLAB_CMD_SNAPSHOT: decode_part(inside, snapshot); break;
        case WQLAB_CMD_RUN_GET:
            decode_part(inside, report);
            runs.push_back(decode_state(inside));
            break;
        case WQLAB_CMD_LATENCY_GET: decode_part(inside, recording); break;
        case WQLAB_CMD_CHECK_LIST: promises.push_back(decode_promise(inside)); break;
        case WQLAB_CMD_CHECK_GET: decode_check_state(inside); break;
        default: break;
        }
    }
    if (answered[WQLAB_CMD_INFO])
        show(info);
    if (answered[WQLAB_CMD_SNAPSHOT])
        show(snapshot);
    if (answered[WQLAB_CMD_RUN_GET]) {
        show(report);
        is_text(render_runs(runs, style()));
        is_json(runs_to_json(runs));
    }
    if (answered[WQLAB_CMD_LATENCY_GET])
        show(recording);
    if (answered[WQLAB_CMD_CHECK_LIST]) {
        is_text(render_promises(promises, style()));
        is_json(promises_to_json(promises));
    }
    return 0;
}
