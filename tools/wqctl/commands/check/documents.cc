// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/check/verdicts.hh"
#include "term/json_writer.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

// KTAP version 1; a reason has no line of its own that begins otherwise.
class Ktap : public Verdicts {
public:
    explicit Ktap(Output& output) : output_(output) {}

    void begin(size_t checks) override
    {
        output_.text(
            fmt::format("KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: workqueue\n    1..{}\n", checks));
        output_.finish();
    }

    void add(const Judgement& j) override
    {
        for (const std::string& line : j.evidence)
            output_.text("    # " + line + "\n");
        if (j.status == WQLAB_CHECK_FAIL || j.status == WQLAB_CHECK_KNOWN)
            output_.text(
                fmt::format("    # promised: {} ({})\n    # seen: {}\n", j.promise.title, j.promise.source, j.reason));
        const bool good = j.status == WQLAB_CHECK_PASS || j.status == WQLAB_CHECK_SKIP;
        std::string line = fmt::format("    {} {} {}", good ? "ok" : "not ok", ++number_, j.promise.id);
        if (j.status == WQLAB_CHECK_SKIP)
            line += " # SKIP " + j.reason;
        if (j.status == WQLAB_CHECK_KNOWN)
            line += " # known: " + j.promise.known;
        output_.text(line + "\n");
        output_.finish();
    }

    void end(const Tally& t, uint64_t, const std::string& incomplete) override
    {
        if (!incomplete.empty())
            output_.text(fmt::format("    # incomplete: {}\n", one_line(incomplete)));
        output_.text(fmt::format("    # pass:{} fail:{} known:{} skip:{} total:{}\n{} 1 workqueue\n", t.passed,
                                 t.failed, t.known, t.skipped, t.total(),
                                 t.failed || t.known || !incomplete.empty() ? "not ok" : "ok"));
    }

private:
    Output& output_;
    unsigned number_ = 0;
};

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        default: result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return result;
}

class Junit : public Verdicts {
public:
    explicit Junit(Output& output) : output_(output) {}

    void begin(size_t) override {}

    void add(const Judgement& j) override
    {
        std::string inside;
        if (j.status == WQLAB_CHECK_FAIL)
            inside = fmt::format("<failure message=\"{}\">{} ({})</failure>", escaped(j.reason),
                                 escaped(j.promise.title), escaped(j.promise.source));
        if (j.status == WQLAB_CHECK_SKIP)
            inside = fmt::format("<skipped message=\"{}\"/>", escaped(j.reason));
        if (j.status == WQLAB_CHECK_KNOWN)
            inside = fmt::format("<skipped message=\"known: {}: {}\"/>", escaped(j.promise.known), escaped(j.reason));
        std::string evidence;
        for (const std::string& line : j.evidence)
            evidence += escaped(line) + "\n";
        if (!evidence.empty())
            inside += "<system-out>" + evidence + "</system-out>";
        cases_ += fmt::format("    <testcase classname=\"workqueue.{}\" name=\"{}\" time=\"{:.3f}\">{}</testcase>\n",
                              escaped(j.promise.group), escaped(j.promise.id), static_cast<double>(j.elapsed_ns) / 1e9,
                              inside);
    }

    void end(const Tally& t, uint64_t elapsed_ns, const std::string& incomplete) override
    {
        if (!incomplete.empty())
            cases_ += fmt::format("    <system-err>incomplete: {}</system-err>\n", escaped(incomplete));
        output_.text(fmt::format(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"workqueue\" tests=\"{}\" "
            "failures=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n{}  </testsuite>\n</testsuites>\n",
            t.total(), t.failed, t.skipped + t.known, static_cast<double>(elapsed_ns) / 1e9, cases_));
    }

private:
    Output& output_;
    std::string cases_;
};

void write_promise(JsonWriter& j, const Promise& promise)
{
    j.member("id", promise.id);
    j.member("row", promise.number());
    j.member("group", promise.group);
    j.member("title", promise.title);
    j.member("source", promise.source);
    j.member("classes", names_of_classes(promise.classes));
    j.member_if(!promise.known.empty(), "known", promise.known);
    j.member("proof", promise.proofs);
}

class Json : public Verdicts {
public:
    Json(Output& output, const std::string& kernel, const std::optional<Provenance>& provenance) : output_(output)
    {
        j_.begin_object();
        j_.member("schema", "wqlab/check/1");
        j_.member("kernel", kernel);
        write_provenance(j_, provenance);
        j_.key("checks");
        j_.begin_array();
    }

    void begin(size_t) override {}

    void add(const Judgement& judgement) override
    {
        j_.object([&] {
            write_promise(j_, judgement.promise);
            j_.member("status", status_name(judgement.status));
            j_.member("reason", judgement.reason);
            j_.member("evidence", judgement.evidence);
            j_.member("elapsed_ns", judgement.elapsed_ns);
            j_.member("quarantined", judgement.quarantined);
        });
    }

    void end(const Tally& t, uint64_t elapsed_ns, const std::string& incomplete) override
    {
        j_.end_array();
        j_.object("summary", [&] {
            j_.member("pass", t.passed);
            j_.member("fail", t.failed);
            j_.member("known", t.known);
            j_.member("skip", t.skipped);
        });
        j_.member("elapsed_ns", elapsed_ns);
        if (!incomplete.empty())
            j_.member("incomplete", incomplete);
        j_.end_object();
        output_.text(j_.take());
    }

private:
    Output& output_;
    JsonWriter j_;
};

}  // namespace

std::unique_ptr<Verdicts> verdicts_as_ktap(Output& output) { return std::make_unique<Ktap>(output); }

std::unique_ptr<Verdicts> verdicts_as_junit(Output& output) { return std::make_unique<Junit>(output); }

std::unique_ptr<Verdicts> verdicts_as_json(Output& output, const std::string& kernel,
                                           const std::optional<Provenance>& provenance)
{
    return std::make_unique<Json>(output, kernel, provenance);
}

std::string promises_to_json(const std::vector<Promise>& promises)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/check-list/1");
        j.objects("checks", promises, [&](const Promise& promise) { write_promise(j, promise); });
    });
    return j.take();
}

}  // namespace wqctl
