// SPDX-License-Identifier: GPL-2.0
#include "klog/statement.hh"

#include <algorithm>
#include <array>

#include "text/scan.hh"

namespace wqctl::klog {

namespace {

// "123:func", "123(RESCUER):func"
bool is_worker(std::string_view word)
{
    Scan scan(word);
    if (scan.digits().empty())
        return false;
    scan.take("(RESCUER)");
    return scan.take(":") && !scan.until_not(kOfFunctions).empty() && scan.at_end();
}

void skip_commas(Scan& scan)
{
    while (scan.peek() == ' ' || scan.peek() == ',')
        scan.skip(1);
}

struct Beginning {
    std::string_view text;
    Kind kind;
};

// How a message begins. What is more special stands before what is less.
constexpr std::array kBeginnings = {
    Beginning{"Showing busy workqueues", Kind::kTitle},
    Beginning{"Showing freezable workqueues", Kind::kTitle},
    Beginning{"Showing backtraces of", Kind::kBacktraces},
    Beginning{"BUG: workqueue lockup", Kind::kLockup},
    Beginning{"in-flight:", Kind::kInFlight},
    Beginning{"pending:", Kind::kPending},
    Beginning{"inactive:", Kind::kInactive},
    Beginning{"delayed:", Kind::kInactive},  // before 5.15
    Beginning{"INFO: task ", Kind::kHungTask},
    Beginning{"Freezing ", Kind::kRefusedFreeze},
};

// Those that need more than a beginning to be told from prose.
Kind kind_at(std::string_view text)
{
    Scan scan(text);
    if (scan.take("pwq "))
        return !scan.digits().empty() && scan.take(":") ? Kind::kPwq : Kind::kOther;
    if (text.starts_with("pool ") && text.find(": no worker in running state") != std::string_view::npos)
        return Kind::kNobodyRuns;
    // What is behind the colon may be a record of its own.
    if (scan.take("pool "))
        return !scan.digits().empty() && scan.take(":") &&
                       (scan.at_end() || (scan.take(" ") && scan.left().find('=') != std::string_view::npos))
                   ? Kind::kPool
                   : Kind::kOther;
    // A mail may have folded it behind the colon.
    if (scan.take("workqueue ") && (scan.left().find(": flags=") != std::string_view::npos ||
                                    (scan.left().ends_with(":") && scan.left().find(' ') == std::string_view::npos)))
        return Kind::kWorkqueue;
    if (text.find("BUG: soft lockup - CPU#") != std::string_view::npos)
        return Kind::kSoftLockup;
    if (text.find(" hogged CPU for >") != std::string_view::npos)
        return Kind::kHog;
    if (text.find(" is flushing !WQ_MEM_RECLAIM ") != std::string_view::npos)
        return Kind::kFlushDependency;
    if (text.find("() isn't complete after ") != std::string_view::npos ||
        text.find(" has the following busy pwq") != std::string_view::npos)
        return Kind::kUnfinished;
    for (const Beginning& beginning : kBeginnings)
        if (text.starts_with(beginning.text))
            return beginning.kind;
    return Kind::kOther;
}

}  // namespace

Kind kind_of(std::string_view& text)
{
    if (const Kind kind = kind_at(text); kind != Kind::kOther)
        return kind;
    // Behind what was no known envelope: a word that ends with a colon or a bracket, or letters of a broken line.
    for (const std::string_view begin :
         {std::string_view("workqueue "), std::string_view("pwq "), std::string_view("pool "),
          std::string_view("in-flight:"), std::string_view("pending:"), std::string_view("inactive:"),
          std::string_view("delayed:"), std::string_view("Showing busy workqueues"),
          std::string_view("Showing freezable workqueues"), std::string_view("BUG: workqueue lockup")}) {
        const size_t at = text.find(begin);
        if (at == std::string_view::npos || at == 0 || text[at - 1] == '_')
            continue;
        const std::string_view behind = text.substr(at);
        const Kind kind = kind_at(behind);
        // A list's word in prose ("work pending: …") is none.
        const bool is_list = kind == Kind::kInFlight || kind == Kind::kPending || kind == Kind::kInactive;
        if (kind == Kind::kOther || kind == Kind::kHog ||
            (is_list && !is_rest_of(kind, "", behind.substr(begin.size()))))
            continue;
        text = behind;
        return kind;
    }
    return Kind::kOther;
}

bool is_cut(Kind kind, std::string_view text)
{
    switch (kind) {
    case Kind::kRefusedFreeze:
        return text.find(')') == std::string_view::npos && text.find(" failed") != std::string_view::npos;
    case Kind::kHungTask:
        return text.find(" seconds") == std::string_view::npos && text.find('.') == std::string_view::npos &&
               text.find(" by task ") == std::string_view::npos;
    case Kind::kHog: return text.find(" times") == std::string_view::npos;
    case Kind::kFlushDependency: return text.ends_with(" !WQ_MEM_RECLAIM");
    default: return false;
    }
}

bool begins_as_rest(std::string_view text)
{
    constexpr std::string_view kBegins[] = {",",       "cpus=", "node=",    "flags=",    "nice=",  "active=",
                                            "refcnt=", "hung=", "workers=", "manager: ", "idle: ", "stuck for "};
    return std::ranges::any_of(kBegins, [&](std::string_view begin) { return text.starts_with(begin); });
}

bool is_rest_of(Kind kind, std::string_view so_far, std::string_view text)
{
    const bool is_list = kind == Kind::kInFlight || kind == Kind::kPending || kind == Kind::kInactive;
    if (!is_list && kind != Kind::kPwq && kind != Kind::kPool && kind != Kind::kWorkqueue && kind != Kind::kLockup)
        return false;
    const bool is_behind_comma = so_far.ends_with(',') || text.starts_with(",");
    bool has_sign = false;  // something that prose has not
    size_t words = 0;
    Scan scan(text);
    for (skip_commas(scan); !scan.at_end(); skip_commas(scan), words++) {
        std::string_view word = scan.until(" ,");
        if (const size_t equals = word.find('='); equals != std::string_view::npos && equals > 0) {
            // "SUBSYSTEM=", "_TRANSPORT=" are the keepers' own.
            if (word[0] < 'a' || word[0] > 'z')
                return false;
            has_sign = !is_list;
            if (is_list)
                return false;
        } else if (word.starts_with("BAR(") || word.find('*') != std::string_view::npos ||
                   (is_list && is_worker(word))) {
            has_sign = true;
        } else if (word.starts_with("[") && word.ends_with("]")) {
            has_sign |= is_list && words == 0;  // the module of a function in the line before
        } else if (word == "for" || word == "MAYDAY" || word == "manager:" || word == "idle:" || word == "bh" ||
                   word == "bh-hi" || word == "stuck" ||
                   word.find_first_not_of("0123456789s!") == std::string_view::npos) {
            continue;
        } else if (is_list && word.find_first_not_of(kOfFunctions) == std::string_view::npos) {
            // Without an underscore it may be any word, but behind a comma.
            if (word.find('_') == std::string_view::npos && !is_behind_comma)
                return false;
            has_sign = true;
        } else {
            return false;
        }
    }
    return words && (has_sign || is_behind_comma || kind == Kind::kPool || kind == Kind::kLockup);
}

}  // namespace wqctl::klog
