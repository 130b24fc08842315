// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "commands/explain/render.hh"
#include "term/json_writer.hh"

namespace wqctl {

namespace {

void write_value(JsonWriter& j, std::string_view name, const Explanation::Value& value)
{
    if (const int64_t* number = std::get_if<int64_t>(&value))
        return j.member(name, *number);
    if (const std::string* text = std::get_if<std::string>(&value))
        return j.member(name, *text);
    j.member(name, nullptr);
}

void write_explanation(JsonWriter& j, const Explanation& e)
{
    j.member("topic", e.topic);
    j.member("question", e.question);
    j.member("tried", e.is_tried());
    j.member("holds", e.holds());
    j.member_if(!e.skipped.empty(), "skipped", e.skipped);
    j.member("answer", e.answer);
    j.member("done", e.done);
    j.array("columns", [&] {
        j.value(e.before);
        j.value(e.after);
    });
    j.objects("seen", e.seen, [&](const Explanation::Observation& seen) {
        j.member("what", seen.what);
        write_value(j, "before", seen.before);
        write_value(j, "after", seen.after);
    });
    j.objects("statements", e.statements, [&](const Explanation::Statement& statement) {
        j.member("text", statement.text);
        j.member("holds", statement.holds);
    });
    j.objects("because", e.because, [&](const Explanation::Because& because) {
        j.member("function", because.function);
        j.member("text", because.text);
    });
}

}  // namespace

std::string explanations_to_json(const std::vector<Explanation>& explanations, const std::string& kernel)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/explain/1");
        j.member("kernel", kernel);
        j.member("tried", std::ranges::any_of(explanations, &Explanation::is_tried));
        j.member("holds",
                 std::all_of(explanations.begin(), explanations.end(), [](const Explanation& e) { return e.holds(); }));
        j.objects("topics", explanations, [&](const Explanation& e) { write_explanation(j, e); });
    });
    return j.take();
}

std::string topics_to_json(const Topics& topics)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/topics/1");
        j.objects("topics", topics, [&](const auto& entry) {
            j.member("topic", entry.first);
            j.member("question", entry.second);
        });
    });
    return j.take();
}

}  // namespace wqctl
