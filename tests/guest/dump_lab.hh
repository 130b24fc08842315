// SPDX-License-Identifier: GPL-2.0
// wqctl dump in tests, and what it is compared with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lab.hh"

// `wqctl dump --json …`, which must have found no trouble.
json dump(Words arguments = {});

// A detached run that ends with the object, or when told, and not before.
class Detached {
public:
    explicit Detached(Words arguments);
    ~Detached();
    Detached(const Detached&) = delete;

    // What the kernel calls a workqueue of it.
    std::string workqueue(const std::string& name) const { return "wqlab" + id_ + "-" + name; }

    // As `wqctl list` has it.
    json state() const;
    // How `wqctl stop` ends.
    Outcome end();

private:
    std::string id_;
    bool has_ended_ = false;
};

// The entries of a list with this value; of the second there must be one.
std::vector<json> all_of(const json& list, const std::string& key, const json& value);
json one_of(const json& list, const std::string& key, const json& value);
bool has_flag(const json& row, const std::string& flag);

std::string line_of(const std::string& path);

// pid -> name of every thread whose name begins so; of every worker that is no rescuer.
std::map<int, std::string> threads(const std::string& prefix);
std::map<int, std::string> workers();
