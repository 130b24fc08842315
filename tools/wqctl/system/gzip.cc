// SPDX-License-Identifier: GPL-2.0
#include "system/gzip.hh"

#include <zlib.h>

#include "text/error.hh"

namespace wqctl {

namespace {

constexpr int kWithGzipHeader = 16 + MAX_WBITS;
constexpr size_t kPiece = 1 << 14;

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

struct Gunzip::State {
    z_stream stream{};
};

Gunzip::Gunzip() : state_(std::make_unique<State>())
{
    if (inflateInit2(&state_->stream, kWithGzipHeader) != Z_OK)
        throw Error(kBad, "out of memory");
}

Gunzip::~Gunzip() { inflateEnd(&state_->stream); }

bool Gunzip::take(std::string_view packed, const std::function<void(std::string_view)>& give)
{
    z_stream& stream = state_->stream;
    char plain[kPiece];
    stream.next_in = input(packed);
    stream.avail_in = static_cast<uInt>(packed.size());
    // What fills the piece may have left some behind in zlib.
    for (bool is_full = false; stream.avail_in || is_full;) {
        // Tapes and appliances fill the last block with zeros.
        for (; is_whole_ && stream.avail_in && !*stream.next_in; stream.avail_in--)
            stream.next_in++;
        if (is_whole_ && !stream.avail_in)
            break;
        stream.next_out = reinterpret_cast<Bytef*>(plain);
        stream.avail_out = sizeof(plain);
        const int status = inflate(&stream, Z_NO_FLUSH);
        if (const size_t size = sizeof(plain) - stream.avail_out)
            give({plain, size});
        is_full = !stream.avail_out;
        is_whole_ = status == Z_STREAM_END;
        if (is_whole_) {
            inflateReset(&stream);
            is_full = false;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return false;
        }
    }
    return true;
}

std::optional<std::string> gunzip(std::string_view bytes, size_t most)
{
    Gunzip gunzip;
    std::string plain;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(kPiece, bytes.size())))
        if (!gunzip.take(bytes.substr(0, kPiece), [&](std::string_view part) { plain += part; }) || plain.size() > most)
            return {};
    return gunzip.is_whole() ? std::optional(std::move(plain)) : std::nullopt;
}

}  // namespace wqctl
