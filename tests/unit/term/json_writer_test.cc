// SPDX-License-Identifier: GPL-2.0
// The truth is another writer: what nlohmann's dump() makes of the same document.
#include <limits>
#include <map>
#include <random>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "term/json_writer.hh"

using namespace wqctl;
using Json = nlohmann::ordered_json;

namespace {

std::string dump(const Json& document, int indent)
{
    return document.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// A value of any kind, written both ways.
class RandomDocument {
public:
    RandomDocument(unsigned seed, JsonLayout layout) : random_(seed), writer_(layout) {}

    Json value(unsigned depth)
    {
        switch (random_() % (depth ? 9 : 6)) {
        case 0: return scalar(random_() % 2 == 0);
        case 1: return scalar(static_cast<uint64_t>(random_()));
        case 2: return scalar(-static_cast<int64_t>(random_() >> 1));
        case 3: return scalar(static_cast<double>(random_()) / 1e6);
        case 4: return scalar(text());
        case 5: return scalar(nullptr);
        case 6: {
            Json list = Json::array();
            writer_.array([&] {
                for (unsigned n = random_() % 4; n--;)
                    list.push_back(value(depth - 1));
            });
            return list;
        }
        default: {
            Json object = Json::object();
            writer_.object([&] {
                for (unsigned n = random_() % 4; n--;) {
                    const std::string key = "key " + std::to_string(n);
                    writer_.key(key);
                    object[key] = value(depth - 1);
                }
            });
            return object;
        }
        }
    }
    std::string written() { return writer_.take(); }

private:
    template <typename T>
    Json scalar(const T& of)
    {
        writer_.value(of);
        return Json(of);
    }
    std::string text()
    {
        std::string bytes;
        for (unsigned n = random_() % 6; n--;)
            bytes += static_cast<char>(random_());
        return bytes;
    }

    std::mt19937_64 random_;
    JsonWriter writer_;
};

}  // namespace

TEST_CASE("a document is written as nlohmann's dump() writes it, whatever is in it")
{
    for (unsigned seed = 0; seed < 2000; seed++) {
        INFO(seed);
        RandomDocument pretty(seed, JsonLayout::kPretty), line(seed, JsonLayout::kOneLine);
        const Json same = pretty.value(5);
        CHECK(pretty.written() == dump(same, 2));
        CHECK(line.value(5) == same);
        CHECK(line.written() == dump(same, -1));
    }
}

TEST_CASE("the members of an object")
{
    const auto write = [](JsonLayout layout) {
        JsonWriter j(layout);
        j.object([&] {
            j.member("text", "a \"b\"");
            j.member("none", std::optional<int>());
            j.member("some", std::optional<int>(3));
            j.member_if_any("left out", std::optional<int>());
            j.member_if_any("here", std::optional<std::string>("x"));
            j.member_if(false, "null", 1);
            j.member_if(true, "one", 1);
            j.member("list", std::vector<std::string>{"a", "b"});
            j.member("empty list", std::vector<int>());
            j.object("empty", [] {});
            j.member("whole", 1.0);
            j.member("infinite", std::numeric_limits<double>::infinity());
            j.line();
            const std::map<std::string, int> rows = {{"a", 1}, {"b", 2}};
            j.objects("rows", rows, [&](const auto& row) { j.member(row.first, row.second); });
            j.line();
        });
        return j.take();
    };
    CHECK(write(JsonLayout::kOneLine) ==
          R"({"text":"a \"b\"","none":null,"some":3,"here":"x","null":null,"one":1,"list":["a","b"],"empty list":[],)"
          R"("empty":{},"whole":1.0,"infinite":null,"rows":[{"a":1},{"b":2}]})"
          "\n");
    CHECK(write(JsonLayout::kRecords) ==
          R"({"text":"a \"b\"","none":null,"some":3,"here":"x","null":null,"one":1,"list":["a","b"],"empty list":[],)"
          R"("empty":{},"whole":1.0,"infinite":null,)"
          "\n"
          R"("rows":[{"a":1},{"b":2}])"
          "\n}\n");
    CHECK(write(JsonLayout::kPretty) == Json::parse(write(JsonLayout::kOneLine)).dump(2) + "\n");
}
