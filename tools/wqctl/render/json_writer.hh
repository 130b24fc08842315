// SPDX-License-Identifier: GPL-2.0
// JSON as it is written: no document is built, so that a large one costs its
// text and no more. Records of lists begin a line each.
#pragma once

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
    void key(std::string_view name);

    void value(std::string_view text);  // broken UTF-8 is replaced
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(bool truth) { raw(truth ? "true" : "false"); }
    void null() { raw("null"); }
    template <std::integral T>
    void value(T number)
    {
        raw(std::to_string(number));
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
    void raw(std::string_view text);
    void open(char bracket);
    void close(char bracket);
    void separate();

    std::string text_;
    bool first_ = true;      // nothing stands in this bracket yet
    bool after_key_ = false;
    bool newline_ = false;
};

}  // namespace wqctl
