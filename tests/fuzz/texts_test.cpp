#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/campaign.hpp"
#include "fuzz/here.hpp"
#include "support/temporary_folder.hpp"
#include "support/well_formed.hpp"

using namespace carousel;
using namespace std::string_literals;

namespace {

constexpr std::string_view k_units[] = {"codepoint", "grapheme", "byte"};
constexpr std::string_view k_forms[] = {"nfc", "none", "nfd", "nfkc", "nfkd"};
constexpr std::string_view k_invalid[] = {"error", "replace", "skip"};
constexpr std::string_view k_encodings[] = {"",          "UTF-8",   "UTF-16LE",    "windows-1252",
                                            "Shift_JIS", "GB18030", "ISO-2022-JP", "UTF-7"};
constexpr std::string_view k_counts[] = {"1", "2", "1000"};
constexpr std::string_view k_names[] = {"a.txt", "a.html", "a.txt.gz", "a.docx", "a.epub", "a.xz",
                                        "a.fb2", "a.odt",  "a.rtf",    "a",      "a.zst"};

/// A text of many kinds of trouble and how it is read: the first bytes choose, the rest is the
/// file.
class Reading {
public:
    std::string flaw(const std::string& input) const {
        Choices choices(input);
        const bool bytes = choices.below(4) == 3;
        std::vector<std::string> how{
            "--unit",      std::string(bytes ? "byte" : k_units[choices.below(2)]),
            "--invalid",   std::string(choices.pick(k_invalid)),
            "--min-count", std::string(choices.pick(k_counts))};
        if (!bytes) how.insert(how.end(), {"--normalize", std::string(choices.pick(k_forms))});
        if (const auto encoding = choices.pick(k_encodings); !encoding.empty() && !bytes)
            how.insert(how.end(), {"--encoding", std::string(encoding)});
        const TemporaryFolder folder;
        const auto text = folder / std::string(choices.pick(k_names));
        std::ofstream(text, std::ios::binary) << choices.rest();
        const auto model = (folder / "m.carousel").string(), page = (folder / "p.html").string();

        std::vector<std::string> words{"train",
                                       text,
                                       "--model",
                                       model,
                                       "--steps",
                                       "2",
                                       "--hidden-size",
                                       "4",
                                       "--batch-size",
                                       "2",
                                       "--window",
                                       "8",
                                       "--layers",
                                       "1",
                                       "--threads",
                                       "1",
                                       "--quiet",
                                       "--sample-every",
                                       "0"};
        words.insert(words.end(), how.begin(), how.end());
        const auto trained = run_here(words);
        if (auto flaw = flaw_of(trained); !flaw.empty()) return "train: " + flaw;
        if (trained.code != 0) return {};
        const auto read = run_here(
            {"evaluate", text, "--model", model, "--html", page, "--threads", "1", "--quiet"});
        if (auto flaw = flaw_of(read); !flaw.empty()) return "evaluate: " + flaw;
        if (read.code != 0) return "a text that was learned cannot be read again: " + read.err;
        std::ifstream file(page, std::ios::binary);
        const auto wrong = WellFormed::flaw(std::string(std::istreambuf_iterator<char>(file), {}));
        return wrong.empty() ? "" : "the page is not well formed: " + wrong;
    }
};

/// `text` read in the plainest way.
std::string plainly(const std::string& text) {
    return "\0\0\0\0\0\0\0"s + text;
}

}  // namespace

TEST_SUITE("fuzz/texts") {
    TEST_CASE("no text, however it is read, makes a training or an evaluation crash or hang") {
        const Reading reading;
        std::string many, marks, mixed;
        for (int i = 0; i < 60; ++i)
            many += "The wheel goes round, " + std::to_string(i) + " rise.\n";
        for (int i = 0; i < 60; ++i)
            marks += "e\u0323\u0301 \U0001F468\u200D\U0001F469 \u0627\u0644\u0628\u062D\u0631 ";
        for (int i = 0; i < 400; ++i) mixed += static_cast<char>(i * 37);
        run({.name = "texts",
             .seeds = {plainly(many), plainly(marks), plainly(mixed), plainly("ab"),
                       plainly("\xFF\xFE" + many),
                       plainly("<html><body><p>" + many + "</p></body>"),
                       plainly(std::string(4000, ' '))},
             .words = {"\r\n",
                       "\r",
                       "\0"s,
                       "\xEF\xBB\xBF",
                       "\xFF\xFE",
                       "\xFE\xFF",
                       "\x1B$B",
                       "\xF0\x9F\x98\x80",
                       "\xED\xA0\x80",
                       "\xC0\x80",
                       "\xEF\xBF\xBE",
                       "\u2028",
                       "\u202E",
                       "\u0301",
                       "\u200D",
                       "\U0001F1E9",
                       "\u1100\u1161",
                       "<p>",
                       "&#0;",
                       "<!DOCTYPE",
                       "\x1F\x8B\x08",
                       "PK\x03\x04",
                       "BZh9",
                       "\xFD"
                       "7zXZ",
                       "\x28\xB5\x2F\xFD"},
             .usual = 150,
             .mutate = {},
             .harness = [&](const std::string& input) { return reading.flaw(input); }});
    }
}
