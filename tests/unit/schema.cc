// SPDX-License-Identifier: GPL-2.0
#include "unit/schema.hh"
#include "unit/tree.hh"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

namespace {

using nlohmann::json;

class Validator {
public:
    explicit Validator(const json& root) : root_(root) {}

    void check(const json& schema, const json& value, const std::string& path)
    {
        for (const auto& [keyword, rule] : schema.items())
            check_keyword(keyword, rule, schema, value, path);
    }

    std::vector<std::string> found;

private:
    void fault(const std::string& path, const std::string& what) { found.push_back(path + ": " + what); }

    static bool has_type(const std::string& type, const json& value)
    {
        return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
               (type == "string" && value.is_string()) || (type == "integer" && value.is_number_integer()) ||
               (type == "number" && value.is_number()) || (type == "boolean" && value.is_boolean()) ||
               (type == "null" && value.is_null());
    }

    void check_keyword(const std::string& keyword, const json& rule, const json& schema, const json& value,
                       const std::string& path)
    {
        if (keyword == "type") {
            bool any = false;
            for (const json& type : rule.is_array() ? rule : json::array({rule}))
                any |= has_type(type, value);
            if (!any)
                fault(path, "is no " + rule.dump());
        } else if (keyword == "const" || keyword == "enum") {
            const json allowed = keyword == "const" ? json::array({rule}) : rule;
            if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
                fault(path, value.dump() + " is not among " + allowed.dump());
        } else if (keyword == "minimum" || keyword == "exclusiveMinimum") {
            if (value.is_number() && (value < rule || (keyword != "minimum" && value == rule)))
                fault(path, value.dump() + " is too small");
        } else if (keyword == "maximum") {
            if (value.is_number() && value > rule)
                fault(path, value.dump() + " is too large");
        } else if (keyword == "maxLength") {
            if (value.is_string() && value.get<std::string>().size() > rule)
                fault(path, "is too long");
        } else if (keyword == "pattern") {
            if (value.is_string() && !std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>())))
                fault(path, value.dump() + " does not match " + rule.dump());
        } else if (keyword == "required") {
            for (const json& key : rule)
                if (value.is_object() && !value.contains(key))
                    fault(path, "lacks " + key.dump());
        } else if (keyword == "properties") {
            for (const auto& [key, property] : rule.items())
                if (value.is_object() && value.contains(key))
                    check(property, value[key], path + "." + key);
        } else if (keyword == "additionalProperties") {
            if (!value.is_object())
                return;
            for (const auto& [key, member] : value.items()) {
                if (schema.contains("properties") && schema["properties"].contains(key))
                    continue;
                if (rule.is_object())
                    check(rule, member, path + "." + key);
                else if (!rule)
                    fault(path, "has an unknown key " + key);
            }
        } else if (keyword == "maxProperties") {
            if (value.is_object() && value.size() > rule)
                fault(path, "has too many keys");
        } else if (keyword == "minItems") {
            if (value.is_array() && value.size() < rule)
                fault(path, "has too few items");
        } else if (keyword == "items") {
            for (size_t i = 0; value.is_array() && i < value.size(); i++)
                check(rule, value[i], path + "[" + std::to_string(i) + "]");
        } else if (keyword == "anyOf") {
            for (const json& one : rule) {
                Validator other(root_);
                other.check(one, value, path);
                if (other.found.empty())
                    return;
            }
            fault(path, "matches nothing of anyOf");
        } else if (keyword == "$ref") {
            check(root_.at(json::json_pointer(rule.get<std::string>().substr(1))), value, path);
        } else if (keyword[0] != '$' && keyword != "title" && keyword != "description") {
            throw std::logic_error("the test does not know the keyword " + keyword);
        }
    }

    const json& root_;
};

}  // namespace

std::vector<std::string> violations(const json& schema, const json& document)
{
    Validator validator(schema);
    validator.check(schema, document, "$");
    return validator.found;
}

std::vector<std::string> violations(const json& schema, const std::string& text)
{
    return violations(schema, json::parse(text));
}

json load_schema(const std::string& name)
{
    const std::filesystem::path tool = in_tree("tools/wqctl");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(tool))
        if (entry.path().filename() == name + ".schema.json") {
            std::ifstream stream(entry.path());
            return json::parse(stream);
        }
    throw std::runtime_error("no room has a " + name + ".schema.json");
}
