// SPDX-License-Identifier: GPL-2.0
// Made-up machines, modules and reports.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "source/info.hh"
#include "report/report.hh"
#include "system/topology.hh"

// 2 sockets of 2 cores of 2 threads; a last-level cache and a node for each
// socket; thread siblings are neighbours. CPU 7 is offline on request.
wqctl::Topology two_sockets(bool last_is_offline = false);

// A module on 6.12.
wqctl::Info info_612();

// An ended run of the given workqueues, with all its records filled in.
wqctl::RunReport make_report(const std::vector<std::string>& names);

// A directory tree that is removed again.
class FakeRoot {
public:
    explicit FakeRoot(const std::vector<std::pair<std::string, std::string>>& files);
    ~FakeRoot();
    FakeRoot(const FakeRoot&) = delete;
    FakeRoot& operator=(const FakeRoot&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// The message of the Error that an action throws; "" when it does not.
template <typename Action>
std::string error_of(Action action)
{
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return {};
}
