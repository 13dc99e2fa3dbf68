#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "data/corpus.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_pieces.hpp"

using namespace carousel;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// The sanitizer's own memory is not ours to measure.
constexpr std::size_t k_corpus_size = 3'000'000;
constexpr bool k_measures = false;
#else
constexpr std::size_t k_corpus_size = 100'000'000;
constexpr bool k_measures = true;
#endif
constexpr std::uint64_t k_allowed = std::uint64_t{64} << 20;

void write_corpus(const std::filesystem::path& path, const std::string& pattern,
                  std::size_t wanted) {
    std::ofstream file(path, std::ios::binary);
    std::string block;
    while (block.size() < (std::size_t{1} << 20)) block += pattern;
    for (std::size_t size = 0; size < wanted; size += block.size()) file << block;
    REQUIRE(file.flush());
}

// Peak resident memory of this process, as the kernel has it.
std::uint64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
    }
    return UINT64_MAX;
}

// Encodes a corpus, splits it and reads all of it, in a process of its own.
// Returns the peak memory in bytes, 0 when the child failed.
std::uint64_t measure(const std::filesystem::path& path, const TextSettings& settings) {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::uint64_t peak = 0;
        try {
            CorpusConfig config;
            config.text = settings;
            config.scratch_folder = path.parent_path();
            const Corpus corpus(
                find_documents({path.native()}, {.scratch_folder = path.parent_path()}), config);
            const auto split = corpus.split(0.1);
            std::vector<TokenId> window(65536);
            for (std::uint64_t i = 0; i + window.size() <= corpus.tokens(); i += window.size()) {
                corpus.copy(i, window);
            }
            if (split.training.bytes > corpus.bytes() / 2) peak = peak_memory();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        const auto written = ::write(pipe_ends[1], &peak, sizeof peak);
        ::_exit(written == sizeof peak ? 0 : 1);
    }
    ::close(pipe_ends[1]);
    std::uint64_t peak = 0;
    const auto read = ::read(pipe_ends[0], &peak, sizeof peak);
    ::close(pipe_ends[0]);
    ::waitpid(child, nullptr, 0);
    return read == sizeof peak ? peak : 0;
}

void check_memory(const std::filesystem::path& path, const TextSettings& settings) {
    const std::uint64_t peak = measure(path, settings);
    CHECK(peak > 0);
    if (k_measures) CHECK(peak < k_allowed);
    MESSAGE("peak memory " << peak / 1024 << " KiB");
}

}  // namespace

TEST_SUITE("data/corpus_memory") {
    TEST_CASE("a corpus of 100 MB takes less than 64 MiB of memory") {
        const TemporaryFolder folder;
        write_corpus(folder / "corpus.txt", polyglot(), k_corpus_size);
        SUBCASE("in code points") {
            check_memory(folder / "corpus.txt", {});
        }
        SUBCASE("in clusters, rare ones spelled") {
            check_memory(folder / "corpus.txt", {.unit = Unit::grapheme, .min_count = 100000});
        }
    }

    TEST_CASE("a cluster without end takes no more") {
        const TemporaryFolder folder;
        write_corpus(folder / "marks.txt", "\u0301\u0323\u0301", k_corpus_size / 10);
        check_memory(folder / "marks.txt", {.unit = Unit::grapheme});
    }
}
