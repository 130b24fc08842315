// SPDX-License-Identifier: GPL-2.0
#include "source/symbols/stream.hh"

#include <algorithm>
#include <cstring>

namespace wqctl {

bool Stream::fill(size_t size)
{
    std::memmove(&bytes_[0], &bytes_[begin_], end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    while (size <= kMost && end_ < size && next_ < until_) {
        // If not so much is there: to the end of a page, because the next one may be another's, and missing.
        uint64_t piece = std::min(kPiece - next_ % kPiece, until_ - next_);
        if (!memory_.read(&bytes_[end_], next_, piece) &&
            !memory_.read(&bytes_[end_], next_, piece = std::min(kPage - next_ % kPage, until_ - next_)))
            return false;
        end_ += piece;
        next_ += piece;
    }
    return end_ >= size;
}

}  // namespace wqctl
