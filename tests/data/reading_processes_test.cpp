#include "data/reading_processes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "data/corpus.hpp"
#include "data/corpus_share.hpp"
#include "data/documents.hpp"
#include "model/collectives.hpp"
#include "support/packed.hpp"
#include "support/processes_in_one.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
using namespace std::string_literals;

namespace {

constexpr int k_end = -2;  // beside the calls of `ReadingProcesses`

/// Calls read(readers) in process 0 while the others serve it, and `meanwhile` before each request.
void read_together(
    int processes, const std::function<void(ReadingProcesses&)>& read,
    const std::function<void()>& meanwhile = [] {}) {
    ProcessesInOne(processes).run([&](Communicator& communicator) {
        if (communicator.process() > 0) {
            CorpusShare share;
            for (int call = 0;;) {
                broadcast_value(communicator, call);
                if (call == k_end) return;
                if (call == ReadingProcesses::k_all_others || call == communicator.process())
                    share.answer(communicator);
            }
        }
        ReadingProcesses readers(communicator, [&](int process) {
            meanwhile();
            broadcast_value(communicator, process);
        });
        read(readers);
        int end = k_end;
        broadcast_value(communicator, end);
    });
}

/// Files of many kinds in a folder, of very different sizes.
class Folder {
public:
    Folder() {
        write("a/first.txt", repeated("one line\r\n", 900));
        write("a/second.txt", "");
        write("b/letters.txt", repeated("Gr\xC3\xBC\xC3\x9F"
                                        "e, e\xCC\x81!\n",
                                        5000));
        write("b/old.txt", repeated("na\xEFve fa\xE7"
                                    "ade, d\xE9j\xE0 vu. ",
                                    40));
        write("b/packed.txt.gz",
              compressed(repeated("packed \xE2\x82\xAC ", 3000), archive_write_add_filter_gzip));
        write("c/zeros.bin", "no text\0\0\0"s);
        write("c/paper.pdf", "%PDF-1.4 and so on");
        write("d/flags.txt", "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA \xF0\x9F\xA6\x8A");
        write("e/last.txt", repeated("the last of them ", 2000) + "\xE2\x99\xA0");
    }

    void write(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name, std::ios::binary) << content;
    }
    std::string path() const { return folder_.path().native(); }

    DocumentList documents(ReadingProcesses* readers = nullptr, bool raw = false) const {
        return find_documents(
            {path()}, {.scratch_folder = scratch_.path(), .raw = raw, .processes = readers});
    }
    CorpusConfig config(const TextSettings& text, ReadingProcesses* readers = nullptr) const {
        return {.text = text, .scratch_folder = scratch_.path(), .processes = readers};
    }

private:
    static std::string repeated(const std::string& text, int times) {
        std::string all;
        for (int i = 0; i < times; ++i) all += text;
        return all;
    }

    TemporaryFolder folder_, scratch_;
};

std::vector<TokenId> all_tokens(const Corpus& corpus) {
    std::vector<TokenId> ids(corpus.tokens());
    corpus.copy(0, ids);
    return ids;
}

void check_same(const DocumentList& got, const DocumentList& expected) {
    REQUIRE(got.documents.size() == expected.documents.size());
    for (std::size_t i = 0; i < got.documents.size(); ++i) {
        CHECK(got.documents[i].path == expected.documents[i].path);
        CHECK(got.documents[i].size == expected.documents[i].size);
        CHECK(got.documents[i].encoding == expected.documents[i].encoding);
    }
    CHECK(got.notes == expected.notes);
    CHECK(got.warnings == expected.warnings);
    REQUIRE(got.skipped.size() == expected.skipped.size());
    for (std::size_t i = 0; i < got.skipped.size(); ++i) {
        CHECK(got.skipped[i].path == expected.skipped[i].path);
        CHECK(got.skipped[i].why == expected.skipped[i].why);
    }
}

void check_same(const Corpus& got, const Corpus& expected) {
    CHECK(got.vocabulary() == expected.vocabulary());
    CHECK(got.fingerprint() == expected.fingerprint());
    CHECK(got.document_names() == expected.document_names());
    CHECK(got.whole() == expected.whole());
    CHECK(all_tokens(got) == all_tokens(expected));
    for (std::uint64_t count = 0; count <= expected.characters(); count += 8191)
        CHECK(got.first(count) == expected.first(count));
    for (std::uint64_t at = 0; at < expected.tokens(); at += 11)
        REQUIRE(got.starts_character(at) == expected.starts_character(at));
    const auto end = expected.tokens();
    for (const auto& [from, to] : {std::pair{0UL, end}, {end / 3, end / 3}, {end / 4, end / 2}})
        CHECK(got.repertoire(from, to) == expected.repertoire(from, to));
}

std::string error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_SUITE("data/reading_processes") {
    TEST_CASE("processes that each read some of the files have the corpus that one has") {
        const Folder folder;
        for (const TextSettings& text : {TextSettings{},
                                         {Unit::grapheme, Normalization::none, Newlines::keep, 50},
                                         {Unit::byte, Normalization::none, Newlines::keep, 1}}) {
            const bool raw = text.unit == Unit::byte;
            const auto alone = folder.documents(nullptr, raw);
            const Corpus expected(alone, folder.config(text));
            for (const int n : {2, 3, 9}) {
                CAPTURE(n);
                read_together(n, [&](ReadingProcesses& readers) {
                    const auto documents = folder.documents(&readers, raw);
                    check_same(documents, alone);
                    check_same(Corpus(documents, folder.config(text, &readers)), expected);
                });
            }
        }
    }

    TEST_CASE("a corpus has nothing of one that the same processes read before") {
        const Folder folder;
        const TextSettings spelled{.min_count = 100'000};
        const Corpus expected(folder.documents(), folder.config(spelled));
        read_together(2, [&](ReadingProcesses& readers) {
            const auto documents = folder.documents(&readers);
            const auto before = all_tokens(Corpus(documents, folder.config({}, &readers)));
            const auto after = all_tokens(Corpus(documents, folder.config(spelled, &readers)));
            CHECK(after == all_tokens(expected));
            CHECK(after != before);
        });
    }

    TEST_CASE("each process reads as many bytes, in the order of the files") {
        const TemporaryFolder folder;
        for (int i = 0; i < 100; ++i)
            std::ofstream(folder / std::to_string(1000 + i)) << std::string(1000 + i % 7, 'a');
        read_together(4, [&](ReadingProcesses& readers) {
            const auto list = find_documents(
                {folder.path().native()}, {.scratch_folder = folder.path(), .processes = &readers});
            std::vector<int> files(4);
            for (const auto& document : list.documents)
                ++files[static_cast<std::size_t>(document.process)];
            for (const int count : files) CHECK(count == doctest::Approx(25).epsilon(0.05));
            CHECK(std::ranges::is_sorted(list.documents, {}, &Document::process));
        });
    }

    TEST_CASE("what is wrong with a file is told as by one process, and all read on") {
        const Folder folder;
        const auto fixed = [&](ReadingProcesses* readers) {
            auto config = folder.config({}, readers);
            config.vocabulary.emplace(
                std::vector<Symbol>{{SymbolKind::separator, ""}, {SymbolKind::character, "x"}});
            return config;
        };
        const auto unknown = [&](ReadingProcesses* readers) {
            return error_of([&] { Corpus(folder.documents(readers), fixed(readers)); });
        };
        const auto broken = [&](ReadingProcesses* readers) {
            return error_of([&] {
                find_documents({folder.path(), folder.path() + "/c/paper.pdf"},
                               {.scratch_folder = folder.path(), .processes = readers});
            });
        };
        REQUIRE(!unknown(nullptr).empty());
        REQUIRE(broken(nullptr).find("paper.pdf") != std::string::npos);
        const Corpus expected(folder.documents(), folder.config({}));
        read_together(3, [&](ReadingProcesses& readers) {
            CHECK(unknown(&readers) == unknown(nullptr));
            CHECK(broken(&readers) == broken(nullptr));
            const Corpus corpus(folder.documents(&readers), folder.config({}, &readers));
            CHECK(all_tokens(corpus) == all_tokens(expected));
        });
    }

    TEST_CASE("a file that changes after it was found is refused, whoever reads it") {
        for (const std::string name : {"a/first.txt", "e/last.txt"}) {
            CAPTURE(name);
            const Folder folder;
            read_together(2, [&](ReadingProcesses& readers) {
                const auto documents = folder.documents(&readers);
                folder.write(name, "another text\n");
                const auto error =
                    error_of([&] { Corpus(documents, folder.config({}, &readers)); });
                CHECK(error.find(name) != std::string::npos);
            });
        }
    }

    TEST_CASE("who does not see the files gets no share, and that is told") {
        const Folder folder;
        bool asked = false;
        const auto change = [&] {  // after process 0 has seen the files, before the others look
            if (!std::exchange(asked, true)) folder.write("e/last.txt", "another text\n");
        };
        const auto find = [&](ReadingProcesses& readers) {
            for (const auto& [shared, notes] : {std::pair{false, 1}, {true, 0}}) {
                CAPTURE(shared);
                const auto list = folder.documents(&readers);
                const auto others = [](const auto& document) { return document.process > 0; };
                CHECK(std::ranges::any_of(list.documents, others) == shared);
                CHECK(std::ranges::count_if(list.notes, [](const std::string& note) {
                          return note.starts_with("2 of 3 processes see other files") &&
                                 note.find("to read: 1, 2. ") != std::string::npos;
                      }) == notes);
            }
        };
        read_together(3, find, change);
    }

    TEST_CASE("a file that is another one where it is to be read is refused by its name") {
        const Folder folder;
        int requests = 0;
        const auto change = [&] {  // after it was asked who sees the files
            if (++requests == 2) folder.write("e/last.txt", "another text\n");
        };
        const auto find = [&](ReadingProcesses& readers) {
            const auto error = error_of([&] { folder.documents(&readers); });
            CHECK(error.find("e/last.txt: it is another file on another machine") !=
                  std::string::npos);
        };
        read_together(2, find, change);
        CHECK(requests == 2);
    }

    TEST_CASE("more places than are remembered are read anew") {
        const TemporaryFolder folder;
        std::string text;
        for (std::uint32_t i = 0, x = 1; i < 2'500'000; ++i, x = x * 1664525 + 1013904223)
            text += static_cast<char>('a' + (x >> 28));
        std::ofstream(folder / "1") << "short";
        std::ofstream(folder / "2") << text;
        std::ofstream(folder / "3") << text;
        read_together(3, [&](ReadingProcesses& readers) {
            const auto documents = find_documents(
                {folder.path().native()}, {.scratch_folder = folder.path(), .processes = &readers});
            const Corpus corpus(documents,
                                {.scratch_folder = folder.path(), .processes = &readers});
            const auto first = corpus.tokens() - 2 * (text.size() + 1) + 1;
            const auto symbol = [&](std::uint64_t at) {
                return corpus.vocabulary().symbol(corpus.at(at)).text;
            };
            for (int round = 0; round < 2; ++round) {
                for (std::uint64_t at = 0; at < text.size(); at += 4001) {
                    REQUIRE(symbol(first + at) == text.substr(at, 1));
                    REQUIRE(symbol(first + text.size() + 1 + at) == text.substr(at, 1));
                }
            }
        });
    }
}
