// SPDX-License-Identifier: GPL-2.0
// What wqctl check prints of verdicts, and which checks its words mean.
#include <catch2/catch.hpp>

#include <functional>

#include <nlohmann/json.hpp>

#include "commands/check/choice.hh"
#include "commands/check/requests.hh"
#include "commands/check/verdicts.hh"
#include "text/error.hh"
#include "unit/schema.hh"
#include "unit/term/printed.hh"
#include "unit/wire/wire_maker.hh"

namespace wqctl {

namespace {

Promise promise(const std::string& id, uint32_t row, uint32_t classes = 0)
{
    Promise made;
    made.id = id;
    made.row = row;
    made.group = id.substr(0, id.find('.'));
    made.title = "Items <run>";
    made.source = "kernel/workqueue.c: \"a\" & b()";
    made.classes = classes;
    made.proofs = {"queue-loses"};
    return made;
}

using Maker = std::function<std::unique_ptr<Verdicts>(Output&)>;

// One of each status, and an end.
std::string told(const Maker& make, const std::string& incomplete)
{
    return printed([&] {
        Output output;
        const auto verdicts = make(output);
        verdicts->begin(5);
        Tally tally;
        for (uint32_t status : {WQLAB_CHECK_PASS, WQLAB_CHECK_FAIL, WQLAB_CHECK_KNOWN, WQLAB_CHECK_SKIP}) {
            Judgement judgement = {
                promise("queue.number-" + std::to_string(status), status + 1), status, "seen", {"a line"}, 1000, false};
            if (status == WQLAB_CHECK_KNOWN)
                judgement.promise.known = "not mended";
            if (status == WQLAB_CHECK_FAIL)
                judgement.quarantined = true;
            tally.add(status);
            verdicts->add(judgement);
        }
        verdicts->end(tally, 4000, incomplete);
        output.finish();
    });
}

const Maker kJson = [](Output& output) { return verdicts_as_json(output, "6.12.0-test"); };

}  // namespace

TEST_CASE("the document of wqctl check keeps its schema, complete or not")
{
    for (const std::string incomplete : {"", "interrupted"}) {
        const auto document = nlohmann::json::parse(told(kJson, incomplete));
        CHECK(violations(load_schema("check"), document) == std::vector<std::string>{});
        CHECK(document["checks"].size() == 4);
        CHECK(document["summary"] == nlohmann::json({{"pass", 1}, {"fail", 1}, {"known", 1}, {"skip", 1}}));
        CHECK(document.contains("incomplete") == !incomplete.empty());
    }
    auto document = nlohmann::json::parse(told(kJson, ""));
    document["checks"][0]["status"] = "perhaps";
    document["checks"][1].erase("reason");
    document["surprise"] = 1;
    CHECK(violations(load_schema("check"), document).size() == 3);
}

TEST_CASE("the list of checks keeps its schema")
{
    Promise known = promise("flush.waits", 36, WQLAB_CHECK_NUMA | WQLAB_CHECK_SLOW);
    known.known = "not mended";
    known.part = "b";
    const auto document = nlohmann::json::parse(promises_to_json({promise("queue.runs", 1), known}));
    CHECK(violations(load_schema("check-list"), document) == std::vector<std::string>{});
    CHECK(document["checks"][1]["row"] == "36b");
    CHECK(document["checks"][1]["classes"] == nlohmann::json({"slow", "numa"}));
    // Each class that the wire knows has a name, and the schema knows it.
    for (uint32_t bit = 1; bit <= WQLAB_CHECK_FREEZER; bit <<= 1) {
        const auto one = nlohmann::json::parse(promises_to_json({promise("queue.runs", 1, bit)}));
        CHECK(one["checks"][0]["classes"].size() == 1);
        CHECK(violations(load_schema("check-list"), one) == std::vector<std::string>{});
    }
}

TEST_CASE("KTAP and JUnit say that they are incomplete")
{
    const Maker ktap = [](Output& output) { return verdicts_as_ktap(output); };
    CHECK_THAT(told(ktap, "interrupted"),
               Catch::Contains("    # incomplete: interrupted\n") && Catch::EndsWith("not ok 1 workqueue\n"));
    CHECK_THAT(told(ktap, ""), !Catch::Contains("incomplete"));
    const Maker junit = [](Output& output) { return verdicts_as_junit(output); };
    CHECK_THAT(told(junit, "<lost>"), Catch::Contains("<system-err>incomplete: &lt;lost&gt;</system-err>"));
    CHECK_THAT(told(junit, ""), !Catch::Contains("incomplete"));
    const Maker lines = [](Output& output) { return verdicts_as_lines(output, false); };
    CHECK_THAT(told(lines, "interrupted"), Catch::Contains("incomplete: interrupted\n"));
}

TEST_CASE("the text tells what was seen of a promise that is broken, and of the others if it is asked to")
{
    const auto seen = [](bool with_evidence) {
        const std::string text = told([&](Output& output) { return verdicts_as_lines(output, with_evidence); }, "");
        size_t times = 0;
        for (size_t at = text.find("a line"); at != std::string::npos; at = text.find("a line", at + 1))
            times++;
        return times;
    };
    CHECK(seen(false) == 1);
    CHECK(seen(true) == 4);
}

TEST_CASE("a check is chosen by number, id, group and pattern; a class must be asked for, or the check named")
{
    const std::vector<Promise> all = {promise("queue.runs", 1), promise("flush.waits", 3),
                                      promise("flush.slow", 39, WQLAB_CHECK_SLOW)};
    const auto chosen = [&](std::vector<std::string> patterns, std::vector<std::string> classes = {}) {
        CheckFlags flags;
        flags.patterns = std::move(patterns);
        flags.classes = std::move(classes);
        std::vector<uint32_t> rows;
        for (const Promise& one : chosen_of(all, flags))
            rows.push_back(one.row);
        return rows;
    };
    CHECK(chosen({}) == std::vector<uint32_t>{1, 3});
    CHECK(chosen({}, {"all"}) == std::vector<uint32_t>{1, 3, 39});
    CHECK(chosen({"flush"}) == std::vector<uint32_t>{3});
    CHECK(chosen({"flush"}, {"numa,slow"}) == std::vector<uint32_t>{3, 39});
    CHECK(chosen({"3"}) == std::vector<uint32_t>{3});
    CHECK(chosen({"39"}) == std::vector<uint32_t>{39});
    CHECK(chosen({"flush.slow"}) == std::vector<uint32_t>{39});
    CHECK(chosen({"w[a]its"}) == std::vector<uint32_t>{3});
    CHECK_THROWS_AS(chosen({"nothing-like-it"}), Error);
    CHECK_THROWS_AS(chosen({"("}), Error);
    CHECK_THROWS_AS(chosen({}, {"loud"}), Error);
}

TEST_CASE("what a step writes to a file is as it was asked, and what is shown of it controls no terminal")
{
    Wire wire;
    wire.text(WQLAB_A_CHECK_STEP_PATH, "/a\tb")
        .text(WQLAB_A_CHECK_STEP_TEXT, "10000\n")
        .text(WQLAB_A_CHECK_REASON, "a\tb\n");
    const CheckState state = decode_check_state(Attributes(wire.bytes()));
    CHECK(state.path == "/a\tb");
    CHECK(state.text == "10000\n");
    CHECK(state.reason == "a?b?");
}

}  // namespace wqctl
