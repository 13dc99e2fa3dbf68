#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "fuzz/campaign.hpp"
#include "fuzz/here.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

constexpr std::size_t k_checksum = 8;

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// A tiny model, and what is compressed with it.
class Bench {
public:
    Bench() {
        std::string text;
        for (int i = 0; i < 40; ++i) text += "a bad cab, " + std::to_string(i % 3) + "\n";
        write(text_, text);
        const auto trained = run_here(
            {"train",       text_, "--model",        model_, "--steps",  "4", "--hidden-size", "2",
             "--layers",    "1",   "--batch-size",   "2",    "--window", "8", "--threads",     "1",
             "--min-count", "2",   "--sample-every", "0",    "--quiet"});
        REQUIRE_MESSAGE(trained.code == 0, trained.err);
    }

    /// The contents of compressed texts, without their checksums.
    std::vector<std::string> seeds() const {
        std::vector<std::string> seeds;
        for (const std::string& text :
             {std::string("a bad cab, 1\na bad cab, 2\n"), std::string("\xFF\0 \u00e9\r\n", 7)}) {
            const auto bytes = compressed(text);
            REQUIRE(bytes.size() > k_checksum);
            seeds.push_back(bytes.substr(0, bytes.size() - k_checksum));
        }
        return seeds;
    }

    /// What goes wrong with a file of this content under a right checksum.
    std::string flaw_of_file(const std::string& content_) const {
        Sha256 hash;
        hash.update(content_);
        const auto digest = hash.finish();
        write(file_,
              content_ + std::string(reinterpret_cast<const char*>(digest.data()), k_checksum));
        std::filesystem::remove(output_);
        const auto ran = decompressed();
        if (auto flaw = flaw_of(ran); !flaw.empty()) return flaw;
        return ran.code != 0 && std::filesystem::exists(output_) ? "something was written" : "";
    }

    /// What goes wrong with a text.
    std::string flaw_of_text(const std::string& text) const {
        if (compressed(text).empty()) return "a text could not be compressed";
        std::filesystem::remove(output_);
        const auto ran = decompressed();
        if (ran.code != 0) return "a text could not be decompressed: " + ran.err;
        return content(output_) == text ? "" : "another text came out";
    }

private:
    std::string compressed(const std::string& text) const {
        write(input_, text);
        std::filesystem::remove(file_);
        const auto ran = run_here({"compress", input_, "--model", model_, "--fast", "--output",
                                   file_, "--threads", "1", "--quiet"});
        return ran.code == 0 ? content(file_) : "";
    }

    Ran decompressed() const {
        return run_here({"decompress", file_, "--model", model_, "--output", output_, "--threads",
                         "1", "--quiet"});
    }

    TemporaryFolder folder_;
    std::string text_ = folder_ / "text.txt", model_ = folder_ / "m.carousel",
                input_ = folder_ / "input", file_ = folder_ / "input.crz",
                output_ = folder_ / "output";
};

}  // namespace

TEST_SUITE("fuzz/compressed_texts") {
    TEST_CASE(
        "no content of a compressed text makes decompress crash, hang or write what is wrong") {
        const Bench bench;
        run({.name = "compressed_texts",
             .seeds = bench.seeds(),
             .words = {},
             .usual = 150,
             .mutate = {},
             .harness = [&](const std::string& input) { return bench.flaw_of_file(input); }});
    }

    TEST_CASE("every file comes out as it went in") {
        const Bench bench;
        run({.name = "texts_to_compress",
             .seeds = {"a bad cab, 1\n", "\xEF\xBB\xBFone\r\ntwo\r\n", "\u65e5\u672c \xFF\xC0"},
             .words = {"\r\n", "\r", "\xE2\x80\x94", "a bad"},
             .usual = 100,
             .mutate = {},
             .harness = [&](const std::string& input) { return bench.flaw_of_text(input); }});
    }
}
