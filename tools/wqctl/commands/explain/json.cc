// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include "commands/explain/render.hh"

namespace wqctl {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Explanation::Value& value)
{
    if (const int64_t* number = std::get_if<int64_t>(&value))
        return *number;
    if (const std::string* text = std::get_if<std::string>(&value))
        return *text;
    return nullptr;
}

Json to_json(const Explanation& e)
{
    Json json = {
        {"topic", e.topic},
        {"question", e.question},
        {"holds", e.holds()},
        {"skipped", e.skipped.empty() ? Json(nullptr) : Json(e.skipped)},
        {"answer", e.answer},
        {"done", e.done},
        {"columns", {e.before, e.after}},
        {"seen", Json::array()},
        {"statements", Json::array()},
        {"because", Json::array()},
    };
    for (const Explanation::Observation& seen : e.seen)
        json["seen"].push_back({{"what", seen.what}, {"before", to_json(seen.before)}, {"after", to_json(seen.after)}});
    for (const Explanation::Statement& statement : e.statements)
        json["statements"].push_back({{"text", statement.text}, {"holds", statement.holds}});
    for (const Explanation::Because& because : e.because)
        json["because"].push_back({{"function", because.function}, {"text", because.text}});
    return json;
}

}  // namespace

nlohmann::ordered_json explanations_to_json(const std::vector<Explanation>& explanations, const std::string& kernel)
{
    Json topics = Json::array();
    for (const Explanation& explanation : explanations)
        topics.push_back(to_json(explanation));
    const bool hold = std::all_of(explanations.begin(), explanations.end(), [](const Explanation& e) { return e.holds(); });
    return {{"schema", "wqlab/explain/1"}, {"kernel", kernel}, {"holds", hold}, {"topics", std::move(topics)}};
}

nlohmann::ordered_json topics_to_json(const Topics& topics)
{
    Json entries = Json::array();
    for (const auto& [topic, question] : topics)
        entries.push_back({{"topic", topic}, {"question", question}});
    return {{"schema", "wqlab/topics/1"}, {"topics", std::move(entries)}};
}

}  // namespace wqctl
