// SPDX-License-Identifier: GPL-2.0
#include "reply_seeds.hh"

#include <cerrno>
#include <functional>
#include <memory>
#include <string_view>

#include <linux/netlink.h>

#include "machine/small_machine.hh"
#include "source/read_source.hh"
#include "source/saved/encode.hh"
#include "wire/message.hh"

using namespace wqctl;

namespace {

class MachineKernel final : public ReadKernel {
public:
    wqlab::Image image() override { return machine_.image(); }
    std::string release() override { return "fuzz"; }
    std::string origin() override { return "a machine of bytes"; }
    bool is_running() const override { return false; }

private:
    SmallMachine machine_;
};

std::vector<uint8_t> octets(std::string_view bytes) { return {bytes.begin(), bytes.end()}; }

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// An answer to this request.
std::string answer(unsigned command, std::string_view inside)
{
    const nlattr header = {static_cast<uint16_t>(NLA_HDRLEN + inside.size()), static_cast<uint16_t>(command)};
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes.append(inside);
    bytes.resize(NLA_ALIGN(bytes.size()));
    return bytes;
}
std::string answer(unsigned command, const std::function<void(Message&)>& fill)
{
    Message message;
    fill(message);
    return answer(command, text_of(message.stream()));
}

// Two rows, in words.
void put_rows(Message& m, int type, int row_size_type, uint32_t row_size, const std::vector<uint32_t>& words)
{
    m.put_u32(row_size_type, row_size);
    m.put_u32_array(type, words);
}

void put_histogram(Message& m, int type, uint32_t which)
{
    const Message::Nest nest(m, type);
    m.put_u32(WQLAB_A_HISTOGRAM_WQ, 0);
    m.put_u32(WQLAB_A_HISTOGRAM_WHICH, which);
    m.put_u64(WQLAB_A_HISTOGRAM_COUNT, 5);
    m.put_u64(WQLAB_A_HISTOGRAM_SUM, 50'000);
    m.put_u64(WQLAB_A_HISTOGRAM_MIN, 100);
    m.put_u64(WQLAB_A_HISTOGRAM_MAX_VALUE, 40'000);
    put_rows(m, WQLAB_A_HISTOGRAM_BUCKETS, WQLAB_A_HISTOGRAM_ROW_SIZE, sizeof(wqlab_bucket),
             {2, 0, 70, 0, 3, 0, 200, 0});
}

std::string a_run()
{
    std::string bytes = answer(WQLAB_CMD_RUN_GET, [](Message& m) {
        m.put_u32(WQLAB_A_RUN_ID, 7);
        m.put_string(WQLAB_A_RUN_LABEL, "a run");
        m.put_u32(WQLAB_A_RUN_STATE, WQLAB_RUN_ENDED);
        m.put_u32(WQLAB_A_RUN_END_REASON, WQLAB_END_ITEMS);
        m.put_u64(WQLAB_A_RUN_ELAPSED, 1'000'000);
        m.put_u64(WQLAB_A_RUN_QUEUED, 5);
        m.put_u64(WQLAB_A_RUN_EXECUTED, 5);
    });
    bytes += answer(WQLAB_CMD_RUN_GET, [](Message& m) {
        const Message::Nest nest(m, WQLAB_A_RUN_WQ_RESULT);
        m.put_u32(WQLAB_A_WQ_RESULT_INDEX, 0);
        m.put_string(WQLAB_A_WQ_RESULT_NAME, "main");
        m.put_u64(WQLAB_A_WQ_RESULT_QUEUED, 5);
        m.put_u64(WQLAB_A_WQ_RESULT_EXECUTED, 5);
    });
    bytes += answer(WQLAB_CMD_RUN_GET, [](Message& m) {
        const Message::Nest nest(m, WQLAB_A_RUN_FLOWS);
        m.put_u32(WQLAB_A_FLOWS_WQ, 0);
        put_rows(m, WQLAB_A_FLOWS_EXECUTED, WQLAB_A_FLOWS_ROW_SIZE, sizeof(wqlab_flow), {3, 0, 0, 1, 2, 0, 1, 1});
    });
    bytes += answer(WQLAB_CMD_RUN_GET, [](Message& m) {
        const Message::Nest nest(m, WQLAB_A_RUN_WORKERS);
        m.put_u32(WQLAB_A_WORKERS_WQ, 0);
        put_rows(m, WQLAB_A_WORKERS_SEEN, WQLAB_A_WORKERS_ROW_SIZE, sizeof(wqlab_worker), {12, 0, 13, 0});
    });
    return bytes +
           answer(WQLAB_CMD_RUN_GET, [](Message& m) { put_histogram(m, WQLAB_A_RUN_HISTOGRAM, WQLAB_LATENCY_WAIT); });
}

std::string a_recording()
{
    return answer(WQLAB_CMD_LATENCY_GET,
                  [](Message& m) {
                      m.put_u64(WQLAB_A_LATENCY_ELAPSED, 1'000'000'000);
                      m.put_u64(WQLAB_A_LATENCY_PROBES, 610);
                      m.put_u64(WQLAB_A_LATENCY_PROBES_TIMED, 10);
                      m.put_u64(WQLAB_A_LATENCY_PROBES_NS, 2000);
                  }) +
           answer(WQLAB_CMD_LATENCY_GET, [](Message& m) {
               const Message::Nest nest(m, WQLAB_A_LATENCY_KEY);
               m.put_string(WQLAB_A_LATENCY_KEY_WQ_NAME, "events");
               m.put_u64(WQLAB_A_LATENCY_KEY_WQ_IDENTITY, 0x1234);
               m.put_string(WQLAB_A_LATENCY_KEY_FUNCTION, "vmstat_update");
               m.put_u32(WQLAB_A_LATENCY_KEY_CPU, 1);
               for (uint32_t stage = 0; stage < WQLAB_STAGES; stage++)
                   put_histogram(m, WQLAB_A_LATENCY_KEY_HISTOGRAM, stage);
           });
}

std::string checks()
{
    return answer(WQLAB_CMD_CHECK_LIST,
                  [](Message& m) {
                      m.put_string(WQLAB_A_CHECK_ID, "flush.waits");
                      m.put_u32(WQLAB_A_CHECK_ROW, 39);
                      m.put_string(WQLAB_A_CHECK_PART, "b");
                      m.put_string(WQLAB_A_CHECK_GROUP, "flush");
                      m.put_string(WQLAB_A_CHECK_TITLE, "Who flushes waits");
                      m.put_string(WQLAB_A_CHECK_SOURCE, "kernel/workqueue.c");
                      m.put_u32(WQLAB_A_CHECK_CLASSES, WQLAB_CHECK_SLOW);
                      m.put_string(WQLAB_A_CHECK_PROOF, "flush-returns-early");
                  }) +
           answer(WQLAB_CMD_CHECK_GET, [](Message& m) {
               m.put_u32(WQLAB_A_CHECK_STATE, WQLAB_CHECK_DONE);
               m.put_string(WQLAB_A_CHECK_REASON, "seen");
               m.put_string(WQLAB_A_CHECK_EVIDENCE, "a line");
           });
}

// As the kernel sends it, without the request.
std::string a_refusal()
{
    Message details;
    details.put_u32(NLMSGERR_ATTR_OFFS, 40);
    details.put_string(NLMSGERR_ATTR_MSG, "integer out of range");
    const nlmsghdr header = {0, NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED, 1, 0};
    const nlmsgerr error = {-ERANGE, {}};
    std::string inside(reinterpret_cast<const char*>(&header), sizeof header);
    inside.append(reinterpret_cast<const char*>(&error), sizeof error);
    return answer(0, inside.append(text_of(details.stream())));
}

}  // namespace

std::vector<Seed> reply_seeds()
{
    ReadSource source(std::make_unique<MachineKernel>());
    const std::string machine = encode(source.info(), source.snapshot(WQLAB_SECTIONS_ALL));
    return {{"machine", octets(machine)},
            {"run", octets(a_run())},
            {"recording", octets(a_recording())},
            {"checks", octets(checks())},
            {"refusal", octets(a_refusal())}};
}
