// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/flattened.hh"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>

namespace wqctl {

namespace {

constexpr char kSignature[16] = "makedumpfile";
constexpr uint64_t kHeaderSize = 4096;
constexpr uint64_t kEnd = ~uint64_t{0};  // the offset and the size of the last record

// The format is big-endian, whoever wrote it.
uint64_t big_endian(uint64_t word) { return __builtin_bswap64(word); }

class FlatFile final : public ByteFile {
public:
    explicit FlatFile(std::unique_ptr<ByteFile> flat) : flat_(std::move(flat)) {}

    // Of what is written twice, the later is meant: headers are written again at the end.
    void add(uint64_t begin, uint64_t size, uint64_t at)
    {
        const uint64_t end = begin + size;
        auto piece = pieces_.lower_bound(begin);
        if (piece != pieces_.begin()) {
            const auto before = std::prev(piece);
            const Piece old = before->second;
            if (old.end > begin) {
                before->second.end = begin;
                if (old.end > end)
                    pieces_[end] = {old.end, old.at + (end - before->first)};
            }
        }
        while (piece != pieces_.end() && piece->first < end) {
            const auto [old_begin, old] = *piece;
            piece = pieces_.erase(piece);
            if (old.end > end)
                pieces_[end] = {old.end, old.at + (end - old_begin)};
        }
        pieces_[begin] = {end, at};
        size_ = std::max(size_, end);
    }

    bool read(void* to, uint64_t offset, uint64_t size) const override
    {
        auto* bytes = static_cast<char*>(to);
        while (size) {
            auto piece = pieces_.upper_bound(offset);
            if (piece == pieces_.begin() || (--piece)->second.end <= offset)
                return false;
            const uint64_t part = std::min(size, piece->second.end - offset);
            if (!flat_->read(bytes, piece->second.at + (offset - piece->first), part))
                return false;
            bytes += part;
            offset += part;
            size -= part;
        }
        return true;
    }
    uint64_t size() const override { return size_; }

private:
    struct Piece {
        uint64_t end, at;
    };

    std::unique_ptr<ByteFile> flat_;
    std::map<uint64_t, Piece> pieces_;
    uint64_t size_ = 0;
};

}  // namespace

bool is_flattened(const ByteFile& file)
{
    char signature[sizeof(kSignature)];
    return file.get(signature, 0) && std::memcmp(signature, kSignature, sizeof(kSignature)) == 0;
}

Reassembled reassemble(std::unique_ptr<ByteFile> flat)
{
    const ByteFile& from = *flat;
    auto file = std::make_unique<FlatFile>(std::move(flat));
    struct {
        uint64_t offset, size;
    } record;
    for (uint64_t at = kHeaderSize; from.get(record, at);) {
        const uint64_t offset = big_endian(record.offset), size = big_endian(record.size);
        if (offset == kEnd && size == kEnd)
            return {std::move(file), true};
        at += sizeof(record);
        // Nothing sensible lies beyond what an off_t can say; where the file ends, so does the record.
        if (at > from.size() || offset >> 62 || size >> 62)
            break;
        if (const uint64_t there = std::min(size, from.size() - at))
            file->add(offset, there, at);
        if (size > from.size() - at)
            break;
        at += size;
    }
    return {std::move(file), false};
}

}  // namespace wqctl
