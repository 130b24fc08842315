// SPDX-License-Identifier: GPL-2.0
#include "dump_lab.hh"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

namespace fs = std::filesystem;

json dump(Words arguments)
{
    arguments.insert(arguments.begin(), {"dump", "--json"});
    const Outcome outcome = tool(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const json document = json::parse(outcome.out);
    CHECK(document["schema"] == "wqlab/dump/1");
    CHECK(document["troubles"] == json::array());
    return document;
}

Detached::Detached(Words arguments)
{
    arguments.insert(arguments.begin(), {"run", "--detach", "--json", "--duration", "60m"});
    const Outcome outcome = tool(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    id_ = std::to_string(json::parse(outcome.out)["id"].get<unsigned>());
}

Detached::~Detached()
{
    if (!has_ended_)
        end();
}

Outcome Detached::end()
{
    has_ended_ = true;
    return tool({"stop", "--no-progress", id_});
}

json Detached::state() const
{
    return one_of(json::parse(tool({"list", "--json"}).out)["runs"], "id", std::stoul(id_));
}

std::vector<json> all_of(const json& list, const std::string& key, const json& value)
{
    std::vector<json> found;
    for (const json& entry : list)
        if (entry[key] == value)
            found.push_back(entry);
    return found;
}

json one_of(const json& list, const std::string& key, const json& value)
{
    const auto found = all_of(list, key, value);
    INFO(key << " " << value);
    REQUIRE(found.size() == 1);
    return found[0];
}

bool has_flag(const json& row, const std::string& flag)
{
    return std::find(row["flags"].begin(), row["flags"].end(), flag) != row["flags"].end();
}

std::string line_of(const std::string& path)
{
    std::string text = read_file(path);
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

std::map<int, std::string> threads(const std::string& prefix)
{
    std::map<int, std::string> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos)
            continue;
        const std::string comm = line_of(entry.path() / "comm");
        if (comm.starts_with(prefix))
            found[std::stoi(name)] = comm;
    }
    return found;
}

std::map<int, std::string> workers()
{
    auto found = threads("kworker/");
    std::erase_if(found, [](const auto& thread) { return thread.second.starts_with("kworker/R-"); });
    return found;
}
