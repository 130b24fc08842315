// SPDX-License-Identifier: GPL-2.0
#include "scenario/document.hh"

#include <iterator>
#include <optional>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "text/error.hh"

namespace wqctl {

namespace {

// Feeds the parser and remembers the line of the last character that is not
// white space: a number is known to end only when what follows has been read.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, unsigned* line) : at_(at), line_(line) {}

    reference operator*() const { return *at_; }
    CountingIterator& operator++()
    {
        if (*at_ == '\n')
            next_line_++;
        else if (*at_ != ' ' && *at_ != '\t' && *at_ != '\r')
            *line_ = next_line_;
        at_++;
        return *this;
    }
    CountingIterator operator++(int)
    {
        CountingIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
    bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

private:
    const char* at_;
    unsigned* line_;
    unsigned next_line_ = 1;
};

class TreeBuilder {
public:
    using json = nlohmann::json;

    TreeBuilder(const unsigned& line, const std::string& file) : line_(line), file_(file) {}

    bool null() { return add(Node::Kind::kNull), true; }
    bool boolean(bool value) { return add(Node::Kind::kBool).boolean = value, true; }
    bool number_integer(json::number_integer_t value)
    {
        Node& node = add(Node::Kind::kSigned);
        node.negative = value;
        node.real = static_cast<double>(value);
        return true;
    }
    bool number_unsigned(json::number_unsigned_t value)
    {
        Node& node = add(Node::Kind::kUnsigned);
        node.integer = value;
        node.real = static_cast<double>(value);
        return true;
    }
    bool number_float(json::number_float_t value, const json::string_t&)
    {
        add(Node::Kind::kReal).real = value;
        return true;
    }
    bool string(json::string_t& value) { return add(Node::Kind::kString).string = std::move(value), true; }
    bool binary(json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(Node::Kind::kObject); }
    bool start_array(std::size_t) { return open(Node::Kind::kArray); }
    bool end_object() { return open_.pop_back(), true; }
    bool end_array() { return open_.pop_back(), true; }

    bool key(json::string_t& name)
    {
        // Each is compared with those before it.
        constexpr size_t most = 1000;
        if (open_.back()->members.size() == most)
            throw Error::usage(fmt::format("{}:{}: an object has more than {} keys", file_, line_, most));
        for (const Member& member : open_.back()->members)
            if (member.key == name)
                throw Error::usage(fmt::format("{}:{}: \"{}\" was given in line {} already; give it once", file_, line_,
                                               name, member.line));
        open_.back()->members.push_back({std::move(name), line_, {}});
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const json::exception& error)
    {
        // "[json.exception.parse_error.101] parse error at line 3, column 5: syntax error ..."
        std::string what = error.what();
        if (const size_t end = what.find("] "); what.starts_with('[') && end != std::string::npos)
            what.erase(0, end + 2);
        if (const size_t at = what.find("column "); at != std::string::npos)
            if (const size_t colon = what.find(": ", at); colon != std::string::npos)
                what.erase(0, colon + 2);
        throw Error::usage(fmt::format("{}:{}: this is not JSON: {}", file_, line_, what));
    }

    Node root;

private:
    bool open(Node::Kind kind)
    {
        // A scenario has five levels. Nodes die as they nest, and the stack has an end.
        constexpr size_t most = 100;
        if (open_.size() == most)
            throw Error::usage(
                fmt::format("{}:{}: lists and objects are in each other more than {} deep", file_, line_, most));
        open_.push_back(&add(kind));
        return true;
    }

    Node& add(Node::Kind kind)
    {
        // A hundred bytes and more for each, whatever little was written for it.
        constexpr size_t most = 3'000'000;
        if (++nodes_ > most)
            throw Error::usage(fmt::format("{}:{}: there are more than {} values", file_, line_, most));
        Node* node = &root;
        if (!open_.empty() && open_.back()->kind == Node::Kind::kArray)
            node = &open_.back()->items.emplace_back();
        else if (!open_.empty())
            node = &open_.back()->members.back().value;
        node->kind = kind;
        node->line = line_;
        return *node;
    }

    const unsigned& line_;
    const std::string& file_;
    size_t nodes_ = 0;
    // Only the last child of an open node grows, so these stay valid.
    std::vector<Node*> open_;
};

}  // namespace

std::string_view Node::kind_name() const
{
    switch (kind) {
    case Kind::kNull: return "null";
    case Kind::kBool: return "true or false";
    case Kind::kString: return "a string";
    case Kind::kArray: return "a list";
    case Kind::kObject: return "an object";
    default: return "a number";
    }
}

Node parse_document(std::string_view text, const std::string& file)
{
    unsigned line = 1;
    TreeBuilder builder(line, file);
    nlohmann::json::sax_parse(CountingIterator(text.data(), &line), CountingIterator(text.data() + text.size(), &line),
                              &builder);
    return std::move(builder.root);
}

}  // namespace wqctl
