// SPDX-License-Identifier: GPL-2.0
// JSON as it is written: no document is built, so that a large one costs its
// text and no more.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wqctl {

// Which values begin a line.
enum class JsonLayout {
    kOneLine,  // none: a document is a line of a stream
    kPretty,   // each, indented by 2
    kRecords,  // those before which line() is called: each row of a large table, so that grep finds it
};

template <typename T>
concept JsonList = !std::convertible_to<const T&, std::string_view> && requires(const T& list)
{
    std::begin(list);
    std::end(list);
};

class JsonWriter {
public:
    explicit JsonWriter(JsonLayout layout = JsonLayout::kPretty) : layout_(layout) {}

    // Values: of an object's member after key(), of an array otherwise.
    void value(std::string_view text);  // broken UTF-8 is replaced
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(double number);  // null if it is no number
    void value(bool truth) { raw(truth ? "true" : "false"); }
    void value(std::nullptr_t) { raw("null"); }
    template <std::integral T>
    void value(T number)
    {
        char digits[24];
        raw({digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
    }
    template <typename T>
    void value(const std::optional<T>& perhaps)
    {
        perhaps ? value(*perhaps) : value(nullptr);
    }
    template <JsonList L>
    void value(const L& list)
    {
        array([&] {
            for (const auto& one : list)
                value(one);
        });
    }

    // write() writes the members.
    template <std::invocable F>
    void object(F&& write)
    {
        begin_object();
        write();
        end_object();
    }
    // write() writes the values.
    template <std::invocable F>
    void array(F&& write)
    {
        begin_array();
        write();
        end_array();
    }

    // Members of an object. Names are ours: they need no escapes.
    template <typename T>
    void member(std::string_view name, const T& of)
    {
        key(name);
        value(of);
    }
    // Null unless there is one.
    template <typename T>
    void member_if(bool is_there, std::string_view name, const T& of)
    {
        key(name);
        is_there ? value(of) : value(nullptr);
    }
    // Left out if there is none.
    template <typename T>
    void member_if_any(std::string_view name, const std::optional<T>& perhaps)
    {
        if (perhaps)
            member(name, *perhaps);
    }
    template <std::invocable F>
    void object(std::string_view name, F&& write)
    {
        key(name);
        object(std::forward<F>(write));
    }
    template <std::invocable F>
    void array(std::string_view name, F&& write)
    {
        key(name);
        array(std::forward<F>(write));
    }
    // An array of objects, of which write(row) writes the members.
    template <JsonList L, typename F>
    void objects(std::string_view name, const L& rows, F&& write)
    {
        array(name, [&] {
            for (const auto& row : rows)
                object([&] { write(row); });
        });
    }

    // The same in parts, for what does not nest in functions.
    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    void key(std::string_view name)
    {
        separate();
        text_.append(1, '"').append(name).append(layout_ == JsonLayout::kPretty ? "\": " : "\":");
        last_ = Last::kKey;
    }
    // In kRecords: the next value, key or closing bracket begins a line.
    void line() { newline_ = layout_ == JsonLayout::kRecords; }

    // The document, a line or more.
    std::string take()
    {
        text_ += '\n';
        return std::exchange(text_, {});
    }

private:
    enum class Last { kOpen, kKey, kValue };

    void break_line() { text_.append(1, '\n').append(size_t{2} * depth_, ' '); }
    void separate()
    {
        if (last_ == Last::kValue && depth_)
            text_ += ',';
        if (layout_ == JsonLayout::kPretty) {
            if (last_ != Last::kKey && depth_)
                break_line();
        } else if (newline_) {
            text_ += '\n';
            newline_ = false;
        }
    }
    void raw(std::string_view text)
    {
        separate();
        text_.append(text);
        last_ = Last::kValue;
    }
    void open(char bracket)
    {
        separate();
        text_ += bracket;
        depth_++;
        last_ = Last::kOpen;
    }
    void close(char bracket)
    {
        depth_--;
        if (newline_)
            text_ += '\n';
        else if (layout_ == JsonLayout::kPretty && last_ != Last::kOpen)
            break_line();
        newline_ = false;
        text_ += bracket;
        last_ = Last::kValue;
    }

    JsonLayout layout_;
    std::string text_;
    unsigned depth_ = 0;
    Last last_ = Last::kOpen;
    bool newline_ = false;
};

}  // namespace wqctl
