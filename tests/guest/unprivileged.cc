// SPDX-License-Identifier: GPL-2.0
// Who is no administrator: what the kernel refuses him, whatever he sends, and what wqctl says then.
#include <catch2/catch.hpp>
#include <cerrno>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "lab.hh"
#include "netlink_talk.hh"
#include "wire/lab.hh"

namespace {

struct Question {
    const Request* request;
    bool dump;
};

// Each request of the family, in each way in which it can be asked.
std::vector<Question> all_questions()
{
    std::vector<Question> all;
    for (const Request& request : requests()) {
        if (request.does)
            all.push_back({&request, false});
        if (request.dumps)
            all.push_back({&request, true});
    }
    return all;
}

constexpr int kUnanswered = -1;

// The errno of each answer.
std::vector<int> answers_to(const std::vector<Question>& questions, uint16_t family)
{
    const Maker maker(1, family, 1);
    Talk talk(family);
    std::vector<int> errors;
    for (const Question& question : questions) {
        const uint32_t sequence = talk.next_sequence();
        Exchange exchange = {maker.plain(*question.request, question.dump, sequence), sequence};
        talk.say({&exchange, 1}, true);
        errors.push_back(exchange.answer.answered ? exchange.answer.error : kUnanswered);
    }
    return errors;
}

// The same by a process of nobody's, with a socket that it has opened itself.
std::vector<int> answers_to_nobody(const std::vector<Question>& questions, uint16_t family)
{
    std::vector<int> errors(questions.size(), kUnanswered);
    const size_t octets = errors.size() * sizeof errors[0];
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t nobody = fork();
    if (nobody == 0) {
        try {
            if (setgid(65534) == 0 && setuid(65534) == 0) {
                errors = answers_to(questions, family);
                [[maybe_unused]] const ssize_t written = write(ends[1], errors.data(), octets);
            }
        } catch (const std::exception&) {
            // Nothing is said, and so missed.
        }
        _exit(0);
    }
    close(ends[1]);
    const ssize_t got = read(ends[0], errors.data(), octets);
    close(ends[0]);
    waitpid(nobody, nullptr, 0);
    REQUIRE(got == static_cast<ssize_t>(octets));
    return errors;
}

}  // namespace

TEST_CASE("what is for administrators is refused a user with EPERM, and the rest is answered", "[lab]")
{
    const std::vector<Question> questions = all_questions();
    const auto family = static_cast<uint16_t>(wqctl::Lab().family().id);
    const std::vector<int> errors = answers_to_nobody(questions, family);
    for (size_t i = 0; i < questions.size(); i++) {
        INFO(questions[i].request->name << (questions[i].dump ? ", dumped" : ""));
        CHECK(errors[i] == (questions[i].request->admin ? EPERM : 0));
    }
}

TEST_CASE("unprivileged: info works, the rest is refused by the kernel, and told so", "[lab]")
{
    CHECK(tool({"info"}, Process::As::Nobody).status == 0);
    for (const Words& words : {Words{"run", "--items", "1"}, {"list"}, {"stop", "1"}}) {
        const Outcome outcome = tool(words, Process::As::Nobody);
        INFO(words[0] << ": " << outcome.err);
        CHECK(outcome.status == 3);
        CHECK(outcome.err.find("CAP_SYS_ADMIN") != std::string::npos);
    }
}
