// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "recorded.hh"
#include "trace/json.hh"
#include "trace/perfetto/reader.hh"
#include "trace/perfetto/writer.hh"
#include "trace/stories.hh"

using namespace wqctl;
using namespace wqctl::perfetto;

namespace {

struct Read {
    ReadFile about;
    std::string json;
};

Read read(std::string_view file, size_t piece = SIZE_MAX)
{
    Read result;
    JsonLines lines([&](std::string_view line) { result.json += line; });
    Stories stories(lines);
    Reader reader(stories);
    for (; !file.empty(); file.remove_prefix(std::min(piece, file.size())))
        reader.take(file.substr(0, piece));
    result.about = reader.finish();
    return result;
}

// The tail apart, which a file that is cut does not have.
std::string without_last_line(std::string text)
{
    text.erase(text.rfind('\n', text.size() - 2) + 1);
    return text;
}

}  // namespace

TEST_CASE("what is read from a file is what was written to it")
{
    const Recorded it = all_sorts();
    const std::string file = file_of(it);
    const Read whole = read(file);
    CHECK(whole.about.is_recording);
    CHECK(whole.about.has_end);
    CHECK(!whole.about.is_cut);
    CHECK(!whole.about.is_damaged);
    CHECK(whole.about.strange == 0);
    CHECK(whole.json == told_as_json(it));
    // However it comes.
    for (const size_t piece : {size_t{1}, size_t{7}, size_t{100}, size_t{5000}})
        CHECK(read(file, piece).json == whole.json);
}

TEST_CASE("a file that is cut anywhere is read to its last whole packet")
{
    const Recorded it = all_sorts();
    const std::string file = file_of(it);
    // Every length from 1 on: where packets end is nobody's business here.
    uint64_t packets = 0;
    for (size_t length = 1; length < file.size(); length++) {
        const Read cut = read(std::string_view(file).substr(0, length));
        INFO("length " << length);
        REQUIRE(!cut.about.has_end);
        REQUIRE(!cut.about.is_damaged);
        REQUIRE(cut.about.strange == 0);
        REQUIRE(cut.about.packets >= packets);
        REQUIRE(cut.about.packets <= packets + 1);
        packets = cut.about.packets;
    }
    CHECK(packets + 1 == read(file).about.packets);
}

TEST_CASE("a file without its end says how far it goes")
{
    Recorded it;
    it.queue(1'000, 0xa, "a_fn", it.events_wq);
    it.start(3'000, 0xa, "a_fn", it.events_wq, 61);
    it.in_worker(EventKind::kEnd, 9'000, 61, Recorded::kPool, 0xa);
    const std::string file = file_of(it);
    const Read cut = read(file.substr(0, file.size() - 1));
    CHECK(cut.about.is_cut);
    CHECK(without_last_line(cut.json) == without_last_line(told_as_json(it)));
    CHECK(cut.json.find(R"("elapsed_ns":9000)") != std::string::npos);
    CHECK(cut.json.find(R"("ended_by":"end of file")") != std::string::npos);
}

TEST_CASE("packets of others between ours are nobody's business")
{
    const std::string file = file_of(all_sorts());
    // A packet {timestamp: 7, trusted_packet_sequence_id: 3, sequence_flags: 1}, and one with nothing in it.
    const std::string foreign = {'\x0a', 6, '\x40', 7, '\x50', 3, '\x68', 1, '\x0a', 0};
    CHECK(read(foreign + file + foreign).json == read(file).json);
    CHECK(!read(foreign).about.is_recording);
}

TEST_CASE("of two recordings in a file the first is read")
{
    const std::string file = file_of(all_sorts());
    const Read both = read(file + file);
    CHECK(both.about.has_another);
    CHECK(both.json == read(file).json);
}

TEST_CASE("what is no file of ours is told apart")
{
    CHECK(!read("").about.is_recording);
    CHECK(!read("not a trace, but a text").about.is_recording);
    CHECK(read("not a trace, but a text").about.is_damaged);
    CHECK(read(std::string(64, '\0')).about.is_damaged);
    // A length that nothing has.
    CHECK(read("\x0a\xff\xff\xff\xff\xff\x01").about.is_damaged);
    const std::string file = file_of(all_sorts());
    const Read damaged = read(file.substr(0, file.size() - 30) + std::string(10, 'x'));
    CHECK(damaged.about.is_recording);
}

TEST_CASE("workqueues of one name are told apart in a file")
{
    Recorded it;
    // Nobody saw them queued, so that their names are all there is.
    it.start(100, 0x1, "one_fn", it.events_wq, 61);
    it.start(200, 0x2, "other_fn", it.other_events, 62);
    std::string file = file_of(it);

    Told all;
    Stories stories(all);
    Reader reader(stories);
    reader.take(file);
    reader.finish();
    REQUIRE(all.stories.size() == 2);
    CHECK(reader.tables().workqueue(all.stories[0].workqueue).identity == 0xe1);
    CHECK(reader.tables().workqueue(all.stories[1].workqueue).identity == 0xe2);
    // By the same labels as where they were recorded, with their own names.
    for (size_t i = 0; i < 2; i++)
        CHECK(reader.tables().workqueue(all.stories[i].workqueue) ==
              it.tables.workqueue(i ? it.other_events : it.events_wq));
    CHECK(reader.tables().workqueue(all.stories[1].workqueue).bh);
    const TracedPool* pool = reader.tables().pool(Recorded::kPool);
    REQUIRE(pool);
    CHECK(*pool == TracedPool{.cpu = 1, .cpus = "1"});
}
