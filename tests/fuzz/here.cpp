#include "fuzz/here.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "text/printable.hpp"

// The program itself, under another name than that of the tests.
#define main program_main
#include "main.cpp"  // NOLINT
#undef main

namespace carousel {

namespace {

constexpr std::size_t k_longest_message = 8000;

/// While it lives, what is written to a stream goes into memory.
class Captured {
public:
    Captured(int stream, std::FILE* file)
        : stream_(stream), file_(file), memory_(::memfd_create("captured", MFD_CLOEXEC)) {
        std::fflush(file_);
        before_ = ::dup(stream_);
        if (memory_ < 0 || before_ < 0 || ::dup2(memory_, stream_) < 0)
            throw std::runtime_error("a stream cannot be captured");
    }
    ~Captured() {
        end();
        ::close(memory_);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;

    /// What came, once.
    std::string take() {
        end();
        std::string text;
        ::lseek(memory_, 0, SEEK_SET);
        char buffer[4096];
        for (ssize_t count = 0; (count = ::read(memory_, buffer, sizeof buffer)) > 0;)
            text.append(buffer, static_cast<std::size_t>(count));
        return text;
    }

private:
    void end() {
        if (before_ < 0) return;
        std::fflush(file_);
        ::dup2(before_, stream_);
        ::close(before_);
        before_ = -1;
    }

    int stream_;
    std::FILE* file_;
    int memory_, before_ = -1;
};

}  // namespace

Ran run_here(const std::vector<std::string>& words) {
    std::vector<std::string> copies{"carousel"};
    copies.insert(copies.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (auto& word : copies) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    Captured out(STDOUT_FILENO, stdout), err(STDERR_FILENO, stderr);
    Ran ran;
    ran.code = program_main(static_cast<int>(copies.size()), arguments.data());
    ran.out = out.take();
    ran.err = err.take();
    return ran;
}

bool is_harmless(std::string_view text) {
    return printable(text) == text;
}

std::string flaw_of(const Ran& ran) {
    const auto flaw = [&](const char* what) {
        return std::string(what) + ": " + printable(ran.err.substr(0, 1000));
    };
    if (ran.code < 0 || ran.code > 2) return flaw("it is no clear error");
    if (ran.err.find("not enough memory") != std::string::npos) return flaw("it takes much memory");
    if (ran.code != 0 && ran.err.empty()) return flaw("an error without a message");
    if (!is_harmless(ran.err)) return flaw("a message can drive a terminal");
    if (ran.err.size() > k_longest_message) return flaw("a message fills the screen");
    return {};
}

}  // namespace carousel
