// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/decompress.hh"

#include <cstring>

#include <zlib.h>
#ifdef WQCTL_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef WQCTL_SNAPPY
#include <snappy-c.h>
#endif
#ifdef WQCTL_ZSTD
#include <zstd.h>
#endif

namespace wqctl {

namespace {

using Bytes = std::span<const char>;
using Page = std::span<char>;

struct Method {
    Compression compression;
    const char* name;
    bool (*undo)(Bytes from, Page to);  // nullptr: built without the library
};

constexpr Method kMethods[] = {
    {Compression::kNone, "none",
     [](Bytes from, Page to) {
         if (from.size() != to.size())
             return false;
         std::memcpy(to.data(), from.data(), to.size());
         return true;
     }},
    {Compression::kZlib, "zlib",
     [](Bytes from, Page to) {
         uLongf size = to.size();
         return uncompress(reinterpret_cast<Bytef*>(to.data()), &size, reinterpret_cast<const Bytef*>(from.data()),
                           from.size()) == Z_OK &&
                size == to.size();
     }},
    {Compression::kLzo, "lzo",
#ifdef WQCTL_LZO
     [](Bytes from, Page to) {
         lzo_uint size = to.size();
         return lzo1x_decompress_safe(reinterpret_cast<const unsigned char*>(from.data()), from.size(),
                                      reinterpret_cast<unsigned char*>(to.data()), &size, nullptr) == LZO_E_OK &&
                size == to.size();
     }
#else
     nullptr
#endif
    },
    {Compression::kSnappy, "snappy",
#ifdef WQCTL_SNAPPY
     [](Bytes from, Page to) {
         // It may write as much as the data says that there will be.
         size_t size = 0;
         return snappy_uncompressed_length(from.data(), from.size(), &size) == SNAPPY_OK && size == to.size() &&
                snappy_uncompress(from.data(), from.size(), to.data(), &size) == SNAPPY_OK;
     }
#else
     nullptr
#endif
    },
    {Compression::kZstd, "zstd",
#ifdef WQCTL_ZSTD
     [](Bytes from, Page to) { return ZSTD_decompress(to.data(), to.size(), from.data(), from.size()) == to.size(); }
#else
     nullptr
#endif
    },
};

const Method* method_of(Compression compression)
{
    for (const Method& method : kMethods)
        if (method.compression == compression)
            return &method;
    return nullptr;
}

}  // namespace

const char* name_of(Compression compression)
{
    const Method* method = method_of(compression);
    return method ? method->name : "a method that is not known";
}

bool can_decompress(Compression compression)
{
    const Method* method = method_of(compression);
    return method && method->undo;
}

std::vector<std::string> decompressors()
{
    std::vector<std::string> names;
    for (const Method& method : kMethods)
        if (method.undo && method.compression != Compression::kNone)
            names.emplace_back(method.name);
    return names;
}

bool decompress(Compression compression, Bytes from, Page to)
{
    const Method* method = method_of(compression);
    return method && method->undo && method->undo(from, to);
}

}  // namespace wqctl
