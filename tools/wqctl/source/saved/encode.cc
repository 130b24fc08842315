// SPDX-License-Identifier: GPL-2.0
#include "source/saved/encode.hh"

#include <span>
#include <string_view>

#include <linux/netlink.h>

#include "uapi/wqlab_lists.h"

namespace wqctl {

namespace {

// An attribute's length has 16 bits, and those that hold others need room for their headers.
constexpr size_t kMostBytes = 60'000;

class Stream {
public:
    void put(unsigned type, std::string_view payload)
    {
        const nlattr header = {.nla_len = static_cast<uint16_t>(NLA_HDRLEN + payload.size()),
                               .nla_type = static_cast<uint16_t>(type)};
        bytes_.append(reinterpret_cast<const char*>(&header), sizeof(header)).append(payload);
        bytes_.resize(NLA_ALIGN(bytes_.size()));
    }
    template <typename T>
    void number(unsigned type, T value)
    {
        put(type, {reinterpret_cast<const char*>(&value), sizeof(value)});
    }
    void string(unsigned type, const std::string& text)
    {
        put(type, std::string_view(text.c_str(), std::min(text.size() + 1, kMostBytes)));
    }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

std::string encode(const View& view)
{
    Stream stream;
    stream.number(WQLAB_A_VIEW_SECTION, view.section);
    for (const std::string& what : view.lacks)
        stream.string(WQLAB_A_VIEW_LACKS, what);
    for (const std::string& what : view.missing_columns)
        stream.string(WQLAB_A_VIEW_MISSING_COLUMN, what);
    return stream.bytes();
}

std::string encode(const Info& info)
{
    Stream stream;
    stream.string(WQLAB_A_INFO_MODULE_VERSION, info.module_version);
    stream.string(WQLAB_A_INFO_RELEASE, info.release);
    stream.number(WQLAB_A_INFO_FEATURES, info.features);
    stream.number(WQLAB_A_INFO_WQ_FLAGS, info.wq_flags);
    stream.number(WQLAB_A_INFO_LACKS, info.lacks);
    stream.number(WQLAB_A_INFO_SUB_BITS, info.sub_bits);
    for (const std::string& name : info.system_workqueues)
        stream.string(WQLAB_A_INFO_SYSTEM_WQ, name);
    for (const auto& [name, value] : info.limits) {
        Stream limit;
        limit.string(WQLAB_A_LIMIT_NAME, name);
        limit.number(WQLAB_A_LIMIT_VALUE, value);
        stream.put(WQLAB_A_INFO_LIMIT, limit.bytes());
    }
    for (const View& view : info.views)
        stream.put(WQLAB_A_INFO_VIEW, encode(view));
    return stream.bytes();
}

class SnapshotParts {
public:
    explicit SnapshotParts(Stream& stream) : stream_(stream) {}

    void head(const Snapshot& snapshot)
    {
        Stream part;
        part.number(WQLAB_A_SNAPSHOT_SECTIONS, snapshot.sections);
        part.number(WQLAB_A_SNAPSHOT_HEAD, snapshot.head);
        add(part);
    }
    void string(unsigned type, const std::string& text)
    {
        Stream part;
        part.string(type, text);
        add(part);
    }
    template <typename T>
    void rows(unsigned type, const std::vector<T>& table)
    {
        constexpr size_t most = kMostBytes / sizeof(T);
        for (std::span<const T> left = table; !left.empty(); left = left.subspan(std::min(most, left.size()))) {
            const std::span<const T> some = left.first(std::min(most, left.size()));
            Stream part;
            part.number(WQLAB_A_SNAPSHOT_ROW_SIZE, uint32_t{sizeof(T)});
            part.put(type, {reinterpret_cast<const char*>(some.data()), some.size_bytes()});
            add(part);
        }
    }

private:
    void add(const Stream& part) { stream_.put(WQLAB_CMD_SNAPSHOT, part.bytes()); }

    Stream& stream_;
};

}  // namespace

std::string encode(const Info& info, const Snapshot& snapshot)
{
    Stream stream;
    stream.put(WQLAB_CMD_INFO, encode(info));
    SnapshotParts parts(stream);
    parts.head(snapshot);
    for (const std::string& trouble : snapshot.troubles)
        parts.string(WQLAB_A_SNAPSHOT_TROUBLE, trouble);
    for (const std::string& text : snapshot.strings)
        parts.string(WQLAB_A_SNAPSHOT_STRINGS, text);
    parts.rows(WQLAB_A_SNAPSHOT_MASKS, snapshot.mask_words);
#define WQCTL_ENCODE(attribute, table, row) parts.rows(attribute, snapshot.table);
    WQLAB_SNAPSHOT_TABLES(WQCTL_ENCODE)
#undef WQCTL_ENCODE
    return stream.bytes();
}

}  // namespace wqctl
