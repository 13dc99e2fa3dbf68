#include "inspection/text_features.hpp"

#include <algorithm>

#include "text/character_class.hpp"

namespace carousel {

namespace {

constexpr int k_longest_line = 100, k_longest_word = 20, k_deepest = 10;

bool ends_line(std::string_view character) {
    return character.ends_with('\n') || character == "\r";
}

/// What is known of a text behind each of its characters.
class TextWalk {
public:
    void read(std::string_view character) {
        kind = class_of(character);
        is_letter = kind == CharacterClass::letter || kind == CharacterClass::upper_case;
        closed_quotation = closed_bracket = false;
        read_line(character);
        read_word();
        read_quotation();
        read_bracket();
        read_comment(character);
        if (kind == CharacterClass::sentence_end) {
            after_sentence = true;
        } else if (is_letter || kind == CharacterClass::digit) {
            after_sentence = false;
        }
        before_ = character;
    }

    CharacterClass kind = CharacterClass::other;
    bool is_letter = false;
    bool line_end = false, blank_line = false, in_indentation = true;
    bool in_quotation = false, closed_quotation = false;
    bool closed_bracket = false, in_comment = false, after_sentence = false;
    bool word_end = false, in_capitals = false;
    int place_in_line = 0, place_in_word = 0, depth = 0;

private:
    void read_line(std::string_view character) {
        if (line_end) {  // of the line before
            place_in_line = 0;
            line_is_blank_ = in_indentation = true;
        }
        line_end = ends_line(character);
        if (!line_end) ++place_in_line;
        if (kind != CharacterClass::blank) line_is_blank_ = in_indentation = false;
        if (line_end) in_indentation = false;
        blank_line = line_end && line_is_blank_;
    }

    void read_word() {
        word_end = place_in_word > 0 && !is_letter;
        if (!is_letter) {
            place_in_word = capitals_ = 0;
            in_capitals = false;
            return;
        }
        ++place_in_word;
        if (kind == CharacterClass::upper_case) ++capitals_;
        in_capitals = capitals_ > 1 && capitals_ == place_in_word;
    }

    void read_quotation() {
        if (kind == CharacterClass::quotation) {
            closed_quotation = in_quotation;
            in_quotation = !in_quotation;
        } else if (blank_line) {
            in_quotation = false;
        }
    }

    void read_bracket() {
        if (kind == CharacterClass::opens_bracket) ++depth;
        if (kind == CharacterClass::closes_bracket && depth > 0) {
            --depth;
            closed_bracket = true;
        }
    }

    // As in C and its many descendants; an address has // behind a colon.
    void read_comment(std::string_view character) {
        if (line_end && comment_is_line_) in_comment = comment_is_line_ = false;
        if (in_comment) {
            if (!comment_is_line_ && before_ == "*" && character == "/") in_comment = false;
        } else if (before_ == "/" && character == "*") {
            in_comment = true;
        } else if (before_ == "/" && character == "/" && before_that_ != ":") {
            in_comment = comment_is_line_ = true;
        }
        before_that_ = before_;
    }

    std::string before_, before_that_;
    bool line_is_blank_ = true, comment_is_line_ = false;
    int capitals_ = 0;
};

float amount(int value, int most) {
    return static_cast<float>(std::min(value, most));
}

}  // namespace

std::vector<TextFeature> text_features(std::span<const std::string> characters) {
    enum {
        line_end,
        line_end_next,
        place_in_line,
        indentation,
        quotes,
        brackets,
        depth,
        comments,
        upper_case,
        capitals,
        sentence_end,
        between_words,
        place_in_word,
        digits
    };
    std::vector<TextFeature> all = {
        {"line end", "the character is a line's end", false, {}},
        {"line end next", "the line ends with the next character", false, {}},
        {"place in line", "characters since the line began", true, {}},
        {"indentation", "blanks that a line begins with", false, {}},
        {"quotes", "within quotation marks", false, {}},
        {"brackets", "within ( ), [ ] or { }", false, {}},
        {"depth", "how many brackets are open", true, {}},
        {"comments", "within a comment of a program: /* */ or //", false, {}},
        {"upper case", "the character is a capital letter", false, {}},
        {"capitals", "within a word of capitals alone", false, {}},
        {"sentence end", "from the end of a sentence to the next word", false, {}},
        {"between words", "neither letter nor digit", false, {}},
        {"place in word", "letters since the word began", true, {}},
        {"digits", "the character is a digit", false, {}}};
    for (auto& feature : all) feature.values.reserve(characters.size());
    TextWalk walk;
    for (std::size_t t = 0; t < characters.size(); ++t) {
        walk.read(characters[t]);
        const auto add = [&](int feature, float value) {
            all[static_cast<std::size_t>(feature)].values.push_back(value);
        };
        const auto is = [&](int feature, bool holds) { add(feature, holds ? 1.0F : 0.0F); };
        is(line_end, walk.line_end);
        is(line_end_next, t + 1 < characters.size() && ends_line(characters[t + 1]));
        add(place_in_line, amount(walk.place_in_line, k_longest_line));
        is(indentation, walk.in_indentation);
        is(quotes, walk.in_quotation);
        is(brackets, walk.depth > 0);
        add(depth, amount(walk.depth, k_deepest));
        is(comments, walk.in_comment);
        is(upper_case, walk.kind == CharacterClass::upper_case);
        is(capitals, walk.in_capitals);
        is(sentence_end, walk.after_sentence);
        is(between_words, !walk.is_letter && walk.kind != CharacterClass::digit);
        add(place_in_word, amount(walk.place_in_word, k_longest_word));
        is(digits, walk.kind == CharacterClass::digit);
    }
    return all;
}

std::vector<TextBoundary> text_boundaries(std::span<const std::string> characters) {
    std::vector<TextBoundary> all = {{"line ends", {}},      {"blank lines", {}},
                                     {"ends of words", {}},  {"ends of sentences", {}},
                                     {"closing quotes", {}}, {"closing brackets", {}}};
    TextWalk walk;
    for (std::size_t t = 0; t < characters.size(); ++t) {
        walk.read(characters[t]);
        const bool ends[] = {walk.line_end,         walk.blank_line,
                             walk.word_end,         walk.kind == CharacterClass::sentence_end,
                             walk.closed_quotation, walk.closed_bracket};
        for (std::size_t i = 0; i < all.size(); ++i)
            if (ends[i]) all[i].places.push_back(t);
    }
    return all;
}

}  // namespace carousel
