// SPDX-License-Identifier: GPL-2.0
// JSON as it is written: no document is built, so that a large one costs its
// text and no more. Records of lists begin a line each.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace wqctl {

class JsonWriter {
public:
    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    // The next value begins a line.
    void line() { newline_ = true; }
    // A name of ours: it needs no escapes.
    void key(std::string_view name)
    {
        separate();
        text_.append(1, '"').append(name).append("\":", 2);
        first_ = true;
    }

    void value(std::string_view text);  // broken UTF-8 is replaced
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(bool truth) { raw(truth ? "true" : "false"); }
    void null() { raw("null"); }
    template <std::integral T>
    void value(T number)
    {
        char digits[24];
        raw({digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
    }

    template <typename T>
    void member(std::string_view name, const T& of)
    {
        key(name);
        value(of);
    }
    void member_null(std::string_view name)
    {
        key(name);
        null();
    }

    const std::string& text() const { return text_; }

private:
    void separate()
    {
        if (!first_)
            text_ += ',';
        if (newline_)
            text_ += '\n';
        newline_ = first_ = false;
    }
    void raw(std::string_view text)
    {
        separate();
        text_.append(text);
    }
    void open(char bracket)
    {
        separate();
        text_ += bracket;
        first_ = true;
    }
    void close(char bracket)
    {
        if (newline_)
            text_ += '\n';
        newline_ = first_ = false;
        text_ += bracket;
    }

    std::string text_;
    bool first_ = true;  // nothing stands in this bracket yet, or a key was the last
    bool newline_ = false;
};

}  // namespace wqctl
