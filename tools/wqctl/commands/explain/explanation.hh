// SPDX-License-Identifier: GPL-2.0
// What an experiment found out: a question that a reader of kernel/workqueue.c
// asks, and this kernel's answer.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wqctl {

struct Explanation {
    // A number, a text, or nothing.
    using Value = std::variant<std::monostate, int64_t, std::string>;

    struct Observation {
        std::string what;
        Value before;
        Value after;
    };
    struct Because {
        std::string_view function;  // of kernel/workqueue.c
        std::string_view text;
    };
    struct Statement {
        std::string text;
        bool holds = false;
    };

    std::string topic;
    std::string question;
    std::string skipped;  // why it was not tried; empty: it was
    std::vector<std::string> done;
    std::string before = "before";  // what is seen in the first column, and in the second
    std::string after = "after";
    std::vector<Observation> seen;
    std::string answer;
    std::vector<Because> because;
    std::vector<Statement> statements;  // each was checked on this kernel

    bool is_tried() const { return skipped.empty(); }
    bool holds() const;

    template <typename Before, typename After>
    void see(std::string_view what, const Before& first, const After& second)
    {
        add(what, value(first), value(second));
    }
    // What was seen once.
    template <typename After>
    void see(std::string_view what, const After& second)
    {
        add(what, {}, value(second));
    }
    void state(bool holds, std::string_view text);

private:
    static Value value(std::integral auto number) { return static_cast<int64_t>(number); }
    static Value value(std::string_view text);
    void add(std::string_view what, Value first, Value second);
};

}  // namespace wqctl
