// SPDX-License-Identifier: GPL-2.0
// The structs and constants of a kernel that a test makes: what kernel/workqueue.c
// and its neighbours have in the releases that matter, with offsets of our own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

class Types {
public:
    // 601, 612, 703: a release as major * 100 + minor.
    explicit Types(unsigned release);

    uint32_t size_of(const std::string& type) const;
    // "list.next" goes through structs in structs. Throws if there is no such.
    uint32_t offset_of(const std::string& type, const std::string& path) const;
    uint32_t size_of(const std::string& type, const std::string& path) const;
    bool has(const std::string& type, const std::string& member) const;
    int64_t constant(const std::string& name) const { return constants_.at(name); }

    // Forgets a member, or a whole struct, as a kernel that never had it.
    void drop(const std::string& type, const std::string& member);
    void drop_variable(const std::string& name) { variables_.erase(name); }
    void set_constant(const std::string& name, int64_t value) { constants_[name] = value; }

    std::vector<uint8_t> btf() const;

private:
    struct Member {
        std::string type, name;
        uint32_t offset = 0, size = 0, elements = 1;
        bool is_array = false;
    };
    struct Struct {
        std::string name;
        std::vector<Member> members;
        uint32_t size = 0;
    };

    void read(const std::string& text, unsigned release);
    void read_struct(const std::string& head, const std::string& body);
    const Struct& find(const std::string& type) const;
    const Member& find(const std::string& type, const std::string& path, uint32_t& offset) const;

    std::vector<Struct> structs_;
    // Arrays, as per-CPU variables are.
    struct Variable {
        std::string type;
        uint32_t elements;
    };
    std::map<std::string, Variable> variables_ = {{"timer_bases", {"timer_base", 2}}};
    std::map<std::string, int64_t> constants_;
};
