// SPDX-License-Identifier: GPL-2.0
#include "source/saved/gzip.hh"

#include <zlib.h>

#include "text/error.hh"

namespace wqctl {

namespace {

constexpr int kWithGzipHeader = 16 + MAX_WBITS;
constexpr size_t kPiece = 1 << 16;

Bytef* input(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string gzip(std::string_view bytes)
{
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kWithGzipHeader, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw Error(kBad, "out of memory");
    std::string packed(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = input(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int ended = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    if (ended != Z_STREAM_END)
        throw Error(kBad, "the snapshot cannot be compressed");
    return packed;
}

std::optional<std::string> gunzip(std::string_view bytes, size_t most)
{
    z_stream stream{};
    if (inflateInit2(&stream, kWithGzipHeader) != Z_OK)
        throw Error(kBad, "out of memory");
    stream.next_in = input(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string plain;
    int status = Z_OK;
    while (status == Z_OK && plain.size() <= most) {
        const size_t before = plain.size();
        plain.resize(before + kPiece);
        stream.next_out = reinterpret_cast<Bytef*>(plain.data() + before);
        stream.avail_out = kPiece;
        status = inflate(&stream, Z_NO_FLUSH);
        plain.resize(before + kPiece - stream.avail_out);
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || plain.size() > most)
        return {};
    return plain;
}

}  // namespace wqctl
