#include "data/path_patterns.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace carousel;

namespace {

bool matches(const std::string& pattern, const std::string& path, bool folder = false) {
    return PathPattern(pattern).matches(path, folder);
}

}  // namespace

TEST_SUITE("data/path_patterns") {
    TEST_CASE("a pattern without a slash matches a name at any depth, with one the whole path") {
        CHECK(matches("*.txt", "a.txt"));
        CHECK(matches("*.txt", "b/c/a.txt"));
        CHECK_FALSE(matches("*.txt", "a.txt.gz"));
        CHECK_FALSE(matches("*.txt", "b.txt/a"));
        CHECK(matches("/a.txt", "a.txt"));
        CHECK_FALSE(matches("/a.txt", "b/a.txt"));
        CHECK(matches("b/*.txt", "b/a.txt"));
        CHECK_FALSE(matches("b/*.txt", "b/c/a.txt"));
        CHECK_FALSE(matches("b/*.txt", "c/b/a.txt"));
    }

    TEST_CASE("two stars stand for any folders, one for a part of one name") {
        CHECK(matches("**/a", "a"));
        CHECK(matches("**/a", "b/c/a"));
        CHECK(matches("b/**", "b/c/d"));
        CHECK_FALSE(matches("b/**", "b", true));
        CHECK(matches("b/**/a", "b/a"));
        CHECK(matches("b/**/a", "b/c/d/a"));
        CHECK_FALSE(matches("b/**/a", "b/ca"));
        CHECK_FALSE(matches("a*c", "a/c"));
        CHECK(matches("a**c", "abbc"));
    }

    TEST_CASE("marks and sets stand for one byte that is no slash") {
        CHECK(matches("a?c", "abc"));
        CHECK_FALSE(matches("a?c", "a/c"));
        CHECK(matches("[a-c]x", "bx"));
        CHECK_FALSE(matches("[a-c]x", "dx"));
        CHECK(matches("[!a-c]x", "dx"));
        CHECK_FALSE(matches("a[!b]c", "a/c"));
        CHECK(matches("[]]x", "]x"));
        CHECK(matches("[a", "[a"));
        CHECK(matches("\\*a", "*a"));
        CHECK_FALSE(matches("\\*a", "ba"));
        CHECK(matches("[\xC3]\xA9", "\u00e9"));
    }

    TEST_CASE("a slash at the end is for folders, and what lies in them is covered") {
        CHECK(matches("build/", "build", true));
        CHECK_FALSE(matches("build/", "build", false));
        const PathPatterns patterns({"build/", "*.log"});
        CHECK(patterns.covers("build/a/b.txt"));
        CHECK(patterns.covers("a/build/b.txt"));
        CHECK(patterns.covers("a.log"));
        CHECK_FALSE(patterns.covers("build"));
        CHECK_FALSE(patterns.covers("builds/a.txt"));
    }

    TEST_CASE("the last line that matches decides, and comments are none") {
        const auto rules = PathPatterns::from_lines(
            "# a comment\n\n*.log\r\n!keep.log\n\\#odd  \nblank\\ \n  \n!\n/\n");
        CHECK(rules.decide("a.log", false) == true);
        CHECK(rules.decide("b/keep.log", false) == false);
        CHECK_FALSE(rules.decide("a.txt", false));
        CHECK(rules.decide("#odd", false) == true);
        CHECK(rules.decide("blank ", false) == true);
        CHECK_FALSE(rules.decide("blank", false));
    }

    TEST_CASE("a pattern made to take for ever takes no time") {
        std::string pattern, deep, path;
        for (int i = 0; i < 200; ++i) {
            pattern += "*a";
            deep += "**/";
            path += "aaa/";
        }
        CHECK_FALSE(matches(pattern + "b", std::string(4000, 'a')));
        CHECK_FALSE(matches(deep + "b", path + "c"));
    }
}
