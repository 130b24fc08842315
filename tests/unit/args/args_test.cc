// SPDX-License-Identifier: GPL-2.0
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include <catch2/catch.hpp>

#include "args/completion.hh"
#include "args/manual.hh"
#include "unit/args/parsed.hh"
#include "unit/report/fixtures.hh"
#include "uapi/wqlab.h"
#include "unit/schema.hh"
#include "unit/tree.hh"

using namespace wqctl;

namespace {

enum class Colour { kRed, kGreen };

constexpr std::array<Named<Colour>, 2> kColours = {{{"red", Colour::kRed}, {"green", Colour::kGreen}}};

struct Flags {
    std::string id;
    std::optional<std::string> time;
    std::vector<std::string> patterns;
    std::vector<std::string> rest;
    std::optional<std::string> file;
    Colour colour = Colour::kRed;
    bool loud = false;
    bool json = false;

    void declare(Args& args)
    {
        args.word("ID", id, "A number").required();
        args.words("REST", rest, "More words");
        args.option("-t,--time", time, "TIME", "A time");
        args.options("--pattern", patterns, "REGEX", "May be given again").excludes("--time");
        args.option("--file", file, "FILE", "Into a file").alone_means("-");
        args.choice("--colour", colour, kColours, "colour", "COLOUR", "red or green");
        args.flag("-l,--loud", loud, "Loud");
        args.json(json, {"wqlab/x/1"});
    }
};

}  // namespace

TEST_CASE("what is declared is read")
{
    const Flags flags = parsed<Flags>({"7", "--pattern", "a", "b", "--pattern", "c", "d", "-l", "--colour", "green"});
    CHECK(flags.id == "7");
    CHECK(flags.patterns == std::vector<std::string>{"a", "c"});
    CHECK(flags.rest == std::vector<std::string>{"b", "d"});
    CHECK(flags.loud);
    CHECK(flags.colour == Colour::kGreen);
    CHECK_FALSE(flags.json);
    CHECK_FALSE(flags.time);
    CHECK_FALSE(flags.file);
    CHECK(parsed<Flags>({"7", "--file"}).file == "-");
    CHECK(parsed<Flags>({"7", "--file", "x"}).file == "x");
    CHECK(parsed<Flags>({"7", "--file=x", "y"}).rest == std::vector<std::string>{"y"});
    CHECK(parsed<Flags>({"-t", "5s", "7"}).time == "5s");
}

TEST_CASE("what was not declared is refused, with the nearest word")
{
    const auto refusal = [](const std::vector<std::string>& words) { return error_of([&] { parsed<Flags>(words); }); };
    CHECK(refusal({"1", "--colour", "gren"}) == "there is no colour \"gren\"; did you mean \"green\"?");
    CHECK(refusal({"1", "--tmie", "1"}) == "there is no flag --tmie; did you mean \"--time\"?");
    CHECK(refusal({"1", "--time"}) == "--time lacks its value");
    CHECK(refusal({"1", "--time", "1", "--time", "2"}) == "--time was given more than once; give it once");
    CHECK(refusal({"1", "--loud=no"}) == "--loud takes no value");
    CHECK_FALSE(refusal({"1", "--time", "1", "--pattern", "x"}).empty());
    CHECK_FALSE(refusal({}).empty());
}

TEST_CASE("the commands of wqctl are found, and what is none is refused")
{
    CHECK(spoken({"run", "mine.json"}).command == "run");
    CHECK_THAT(spoken({"dump", "--help"}).text, Catch::Contains("rescuers") && Catch::Contains("--format wq_dump"));
    CHECK_THAT(spoken({"--help"}).text, Catch::Contains("completion"));
    CHECK_THAT(spoken({"run", "--help"}).text, Catch::Contains("--flags unbound,highpri --depth 32"));
    CHECK(error_of([] { spoken({"rnu"}); }) == "there is no command \"rnu\"; did you mean \"run\"?");
    CHECK(error_of([] { spoken({"run", "--scpoe", "x"}); }) == "there is no flag --scpoe; did you mean \"--scope\"?");
    CHECK(error_of([] { spoken({}); }) == "a command is missing");
    CHECK(error_of([] { spoken({"run", "--items"}); }) == "--items lacks its value");
    CHECK(error_of([] { spoken({"run", "--strict=no"}); }) == "--strict takes no value");
    CHECK(error_of([] { spoken({"info", "more"}); }) == "wqctl info has no use for \"more\"");
    CHECK_FALSE(error_of([] { spoken({"show"}); }).empty());
}

TEST_CASE("completion and manual page know every command and flag")
{
    const std::vector<Entry> commands = all_commands();
    const std::vector<const Args*> declared = declarations(commands);
    std::string manual = render_manual(declared);
    for (size_t at; (at = manual.find("\\-")) != std::string::npos;)
        manual.erase(at, 1);
    std::vector<std::string> texts = {manual};
    for (const char* shell : {"bash", "zsh", "fish"})
        texts.push_back(render_completion(shell, declared));
    for (const Args* command : declared) {
        CHECK_FALSE(command->summary().empty());
        for (const std::string& text : texts)
            CHECK_THAT(text, Catch::Contains(command->name()));
        for (const Argument& argument : command->arguments()) {
            INFO(command->name() << " " << argument.names);
            CHECK_FALSE(argument.help.empty());
            if (argument.kind == Argument::Kind::kWord || argument.is_hidden)
                continue;
            for (const std::string& text : texts)
                CHECK_THAT(text, Catch::Contains(argument.long_name().substr(2)));
        }
    }
    CHECK_THROWS(render_completion("tcsh", declared));
}

TEST_CASE("every JSON document has a schema, and every schema a document")
{
    std::set<std::string> declared;
    const std::vector<Entry> commands = all_commands();
    for (const Args* command : declarations(commands))
        for (const std::string& schema : command->schemas())
            declared.insert(schema);
    // What is printed says so with member("schema", …), or has it as a constant that two files share; "wqlab/dump/1" is
    // described by dump.schema.json, somewhere in the tool.
    const std::regex said("(?:member\\(\"schema\", |Schema = )\"(wqlab/[^\"]*)\"");
    std::set<std::string> printed;
    std::set<std::string> described;
    const auto tool = std::filesystem::path(in_tree("tools/wqctl"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(tool)) {
        const std::string file = entry.path().filename();
        if (entry.path().extension() == ".cc" || entry.path().extension() == ".hh") {
            std::ifstream source(entry.path());
            const std::string text(std::istreambuf_iterator<char>(source), {});
            for (std::sregex_iterator match(text.begin(), text.end(), said), none; match != none; ++match)
                CHECK(printed.insert(match->str(1)).second);
        }
        const size_t end = file.find(".schema.json");
        if (end == std::string::npos)
            continue;
        std::ifstream stream(entry.path());
        const nlohmann::json schema = nlohmann::json::parse(stream);
        // Of lines of several kinds, the first says it.
        const nlohmann::json& document = schema.contains("anyOf") ? schema.at("$defs").at("begin") : schema;
        // A scenario is a file that people write, and no document of ours.
        if (!document.at("properties").contains("schema"))
            continue;
        const std::string id = document.at("properties").at("schema").at("const");
        CHECK(id.starts_with("wqlab/" + file.substr(0, end) + "/"));
        described.insert(id);
    }
    CHECK(declared == described);
    CHECK(declared == printed);
    std::ifstream stream(in_tree("docs/schemas.md"));
    const std::string page(std::istreambuf_iterator<char>(stream), {});
    for (const std::string& schema : declared)
        CHECK_THAT(page, Catch::Contains("`" + schema + "`"));
}
