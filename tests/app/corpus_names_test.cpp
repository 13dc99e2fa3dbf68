#include "app/corpus_names.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/tiny_corpus.hpp"

using namespace carousel;

namespace {

std::string beginning(const std::string& text, const TextSettings& settings = {}) {
    return beginning_of(*TinyCorpus({text}, settings));
}

const TextSettings k_bytes{
    .unit = Unit::byte, .normalization = Normalization::none, .newlines = Newlines::keep};

}  // namespace

TEST_SUITE("app/corpus_names") {
    TEST_CASE("a corpus begins with up to three words of its first line") {
        CHECK(beginning("The sea was calm and the moon rose slowly.\n") == "The sea was");
        CHECK(beginning("\n\n   Hamlet\n\nThe sea was calm.\n") == "Hamlet");
        CHECK(beginning("#include <vector>\nint main() {}\n") == "#include <vector>");
    }

    TEST_CASE("long words are not gone on with, and what has no blanks is cut") {
        CHECK(beginning("Donaudampfschiff Gesellschaften und mehr\n") == "Donaudampfschiff");
        const std::string line =
            "\u6625\u7720\u4e0d\u89c9\u6653\u5904\u5904\u95fb\u557c\u9e1f";  // twenty columns
        CHECK(beginning(line + "\n" + line + "\n") == line);
        CHECK(beginning(line + line + "\n") == line.substr(0, 18));
    }

    TEST_CASE("what a terminal or the model cannot take is no beginning") {
        CHECK(beginning("\x1b[31m red\nand more of it\n").empty());
        CHECK(beginning("\u202egnihton fo gnihtemos\n").empty());
        CHECK(beginning("   \n  \n").empty());
        CHECK(beginning("\xff\xfe\xfd binary\n", k_bytes).empty());
        CHECK(beginning("caf\u00e9 au lait\n", k_bytes) == "caf\u00e9 au lait");
    }

    TEST_CASE("a title names files without their folders, few of them") {
        CHECK(title_of({}) == "the text that comes with the program");
        CHECK(title_of({"/home/somebody/poems/"}) == "poems");
        CHECK(title_of({"a/b.txt", "-"}) == "b.txt, standard input");
        CHECK(title_of({"1", "2", "3", "4", "5"}) == "1, 2, 3 and 2 more");
    }

    TEST_CASE("a command is shown without the folders of its files, and else as it is") {
        for (const auto& [typed, shown] : std::vector<std::pair<std::string, std::string>>{
                 {"./carousel train", "carousel train"},
                 {"carousel train /home/me/poems/ --time 10m", "carousel train poems --time 10m"},
                 {"carousel train '/home/my name/a b.txt' x.txt", "carousel train 'a b.txt' x.txt"},
                 {"carousel train --model=/tmp/m.carousel a/b.txt",
                  "carousel train --model=m.carousel b.txt"},
                 {"carousel train $'/tmp/\\303\\251/\\'x\\'.txt'", "carousel train $'\\'x\\'.txt'"},
                 {"carousel train 'it'\\''s / it' -", "carousel train ' it' -"},
                 {"carousel train ../../secret/", "carousel train secret"},
                 {"", ""},
                 {"carousel train 'unclosed /x", "carousel train 'x"}}) {
            CHECK(without_folders(typed) == shown);
        }
    }

    TEST_CASE("the folder of all files is found, and never half a name") {
        const auto shared = [](const std::vector<std::string>& files) {
            return files.front().substr(0, shared_folder(files));
        };
        CHECK(shared({"/home/me/poems/a.txt", "/home/me/poems/b.txt"}) == "/home/me/poems/");
        CHECK(shared({"poems/sea/a.txt", "poems/seal/a.txt"}) == "poems/");
        CHECK(shared({"poems/a.txt", "poems/a.txt.old"}) == "poems/");
        CHECK(shared({"poems/a.txt", "b.txt"}).empty());
        CHECK(shared({"/a", "/b"}) == "/");
        CHECK(shared({"poems/a.txt"}) == "poems/");
        CHECK(shared({"-"}).empty());
        CHECK(shared_folder({}) == 0);
    }
}
