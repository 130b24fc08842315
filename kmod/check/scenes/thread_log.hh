// SPDX-License-Identifier: GPL-2.0
// Hears what one thread says in the kernel's log.
#pragma once

#include "../../glue/context.h"
#include "../harness/kernel_log.hh"

namespace wqlab {

// How often the thread that makes this says some words: others may say them, too, at any time.
class LinesOfMine {
public:
    explicit LinesOfMine(const char* words) : lines_(words), writer_(wqlab_current_task()) {}

    void see(const LogLine& line)
    {
        if (line.writer == writer_)
            lines_.see(line);
    }
    uint32_t ours() const { return lines_.ours(); }

private:
    LinesWith lines_;
    const uintptr_t writer_;
};

// All that it says, in one piece: the log gets a line in many, and its end is none of them.
struct Said {
    uint32_t size;
    char text[4096];

    void forget()
    {
        size = 0;
        text[0] = '\0';
    }
    bool is_full() const { return size + 1 == sizeof(text); }
};

// Only while who made this speaks does it write there.
class Saying {
public:
    explicit Saying(Said* said) : said_(said), writer_(wqlab_current_task()) {}

    void see(const LogLine& line)
    {
        if (line.writer != writer_ || !said_)
            return;
        for (size_t i = 0; i < line.size && !said_->is_full(); i++)
            said_->text[said_->size++] = line.text[i];
        said_->text[said_->size] = '\0';
    }

private:
    Said* const said_;
    const uintptr_t writer_;
};

// Where the words are in that text; nullptr: nowhere.
inline const char* find_in(const char* text, const char* words)
{
    const LogLine all = {text, __builtin_strlen(text), 0, "", false};
    return all.find(words);
}

inline bool opens_with(const char* text, const char* words)
{
    while (*words && *text == *words) {
        text++;
        words++;
    }
    return !*words;
}

}  // namespace wqlab
