// SPDX-License-Identifier: GPL-2.0
// The fuzzers' way into the reader of recordings, the stories made of them, and what is printed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "commands/trace/shown.hh"
#include "trace/json.hh"
#include "trace/line.hh"
#include "trace/perfetto/reader.hh"
#include "trace/perfetto/writer.hh"
#include "trace/stories.hh"

using namespace wqctl;

namespace {

void must(bool truth, const char* what)
{
    if (!truth) {
        std::fprintf(stderr, "nonsense: %s\n", what);
        std::abort();
    }
}

struct Answer {
    perfetto::ReadFile about;
    std::string text;
};

// Everything that is printed of a file, by the same reading of it.
class Everything final : public StoryListener {
public:
    explicit Everything(std::string& text)
        : json_([&text](std::string_view line) { text += line; }),
          lines_([&text](std::string_view line) { text += line; }, Style{})
    {
    }

    void begin(const Head& head, const Tables& tables) override
    {
        tables_ = &tables;
        json_.begin(head, tables);
        lines_.begin(head, tables);
        sums_.begin(head, tables);
        at_length_.begin(head, tables);
    }
    void told(const Story& story) override
    {
        must(story.end != StoryEnd::kOpen, "a story without an end");
        json_.told(story);
        lines_.told(story);
        sums_.told(story);
        at_length_.told(story);
    }
    void other(const Event& event) override
    {
        json_.other(event);
        lines_.other(event);
    }
    void end(const Tail& tail) override
    {
        json_.end(tail);
        lines_.end(tail);
        sums_.end(tail);
    }
    std::string pages() const
    {
        return tables_ ? sums_.render(Style{}) + (at_length_.found() ? at_length_.render(Style{}) : "") : "";
    }

private:
    const Tables* tables_ = nullptr;
    JsonLines json_;
    LineWriter lines_;
    SumsPage sums_{StoryGrouping::kQueuer, StoryStage::kWait, 3};
    AtLength at_length_{{}, StoryStage::kRan};
};

Answer read(std::string_view file, size_t piece)
{
    Answer answer;
    Everything everything(answer.text);
    Stories stories(everything);
    perfetto::Reader reader(stories);
    for (; !file.empty(); file.remove_prefix(std::min(piece, file.size())))
        reader.take(file.substr(0, piece));
    answer.about = reader.finish();
    answer.text += everything.pages();
    return answer;
}

// What is read can be written again.
std::string written_again(std::string_view file)
{
    std::string again;
    perfetto::Writer writer([&](std::string_view packets) { again += packets; });
    Stories stories(writer);
    perfetto::Reader reader(stories);
    reader.take(file);
    reader.finish();
    return again;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    const Answer answer = read(file, size + 1);
    must(answer.about.packets <= size / 2, "more packets than there can be");
    must(answer.text.size() < (64 << 20), "more text than can come of it");
    must(answer.about.is_recording || answer.text.empty(), "stories of what is no recording");
    // Where the pieces end makes no difference.
    must(read(file, 13).text == answer.text, "another answer to the same file");
    const perfetto::ReadFile again = read(written_again(file), SIZE_MAX).about;
    must(again.is_recording == answer.about.is_recording, "a recording that is none when it is written again");
    must(!again.is_damaged && !again.is_cut && !again.strange, "a file that we wrote and can't read");
    return 0;
}
