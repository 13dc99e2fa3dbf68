#include "text/characters.hpp"

#include <fmt/format.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <algorithm>
#include <bitset>
#include <stdexcept>

#include "text/utf8.hpp"

// Code points and bytes need no state. Clusters are ICU's, but asking it for each character of a
// plain text would be slow: between two code points that no rule ever joins (`PlainCodePoints`) a
// boundary is certain, so only the stretches around marks, emoji, jamo and the like go to ICU.

namespace carousel {

namespace {

// So many plain characters in a row are worth leaving ICU's iterator, which costs a restart.
constexpr int k_plain_run = 8;

// Plain code points are those of which no two ever join, whatever stands around them: by UAX #29
// all that neither extend nor are extended by a code point of this kind. Between two of them ICU
// need not be asked.
class PlainCodePoints {
public:
    PlainCodePoints() {
        for (UChar32 c = 0; c < static_cast<UChar32>(plain_.size()); ++c) {
            plain_[static_cast<std::size_t>(c)] = is_plain(c);
        }
    }
    bool contains(char32_t c) const { return c < plain_.size() && plain_[c]; }

private:
    static bool is_plain(UChar32 c) {
        switch (u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK)) {
            case U_GCB_OTHER:
                // Emoji and Indic consonants join across what stands between them.
                return !u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) &&
                       u_getIntPropertyValue(c, UCHAR_INDIC_SYLLABIC_CATEGORY) != U_INSC_CONSONANT;
            case U_GCB_LV:  // Hangul syllables join with letters, not with each other
            case U_GCB_LVT:
            case U_GCB_LF:  // joins with CR only
            case U_GCB_CONTROL:
                return true;
            default:
                return false;
        }
    }
    std::bitset<0x10000> plain_;
};

const PlainCodePoints& plain_code_points() {
    static const PlainCodePoints plain;
    return plain;
}

// ICU is given at most so many bytes at once: more than the longest cluster, little enough that a
// cut giant does not have much looked at twice.
constexpr std::size_t k_most_at_once = 4 * k_longest_cluster;

// Where the next k_plain_run plain characters in a row start in [from, to); `to` if nowhere.
std::size_t find_plain_run(std::string_view text, std::size_t from, std::size_t to) {
    const PlainCodePoints& plain = plain_code_points();
    int run = 0;
    std::size_t start = from;
    for (std::size_t i = from; i < to; i += utf8_length(text[i])) {
        if (!plain.contains(code_point_at(text, i))) {
            run = 0;
        } else {
            if (run == 0) start = i;
            if (++run == k_plain_run) return start;
        }
    }
    return to;
}

void check(UErrorCode status, const char* what) {
    if (U_FAILURE(status)) {
        throw std::runtime_error(fmt::format("ICU cannot {}: {}", what, u_errorName(status)));
    }
}

}  // namespace

// ICU's iterator over one stretch of UTF-8 after another.
class CharacterSplitter::Clusters {
public:
    Clusters() {
        UErrorCode status = U_ZERO_ERROR;
        iterator_.reset(ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status));
        check(status, "cut text into grapheme clusters");
    }

    const PlainCodePoints& plain = plain_code_points();

    // Ends of the clusters of `text`; the last one, the end of the text, may be premature.
    void find(std::string_view text, std::vector<std::size_t>& ends) {
        UErrorCode status = U_ZERO_ERROR;
        text_.reset(utext_openUTF8(text_.release(), text.data(), static_cast<int64_t>(text.size()),
                                   &status));
        ubrk_setUText(iterator_.get(), text_.get(), &status);
        check(status, "read text");
        for (int32_t end = ubrk_next(iterator_.get()); end != UBRK_DONE;
             end = ubrk_next(iterator_.get())) {
            ends.push_back(static_cast<std::size_t>(end));
        }
    }

private:
    struct Close {
        void operator()(UBreakIterator* iterator) const { ubrk_close(iterator); }
        void operator()(UText* text) const { utext_close(text); }
    };
    std::unique_ptr<UText, Close> text_;
    std::unique_ptr<UBreakIterator, Close> iterator_;
};

CharacterSplitter::CharacterSplitter(Unit unit)
    : unit_(unit), clusters_(unit == Unit::grapheme ? std::make_unique<Clusters>() : nullptr) {}
CharacterSplitter::~CharacterSplitter() = default;
// ICU's iterator is given its text anew at each use, so a copy takes one of its own.
CharacterSplitter::CharacterSplitter(const CharacterSplitter& other)
    : unit_(other.unit_),
      clusters_(other.clusters_ ? std::make_unique<Clusters>() : nullptr),
      text_(other.text_),
      begin_(other.begin_),
      finished_(other.finished_),
      ends_(other.ends_) {}
CharacterSplitter& CharacterSplitter::operator=(const CharacterSplitter& other) {
    return *this = CharacterSplitter(other);
}
CharacterSplitter::CharacterSplitter(CharacterSplitter&&) noexcept = default;
CharacterSplitter& CharacterSplitter::operator=(CharacterSplitter&&) noexcept = default;

void CharacterSplitter::push(std::string_view text) {
    // What is held is part of one cluster, so little is moved.
    text_.erase(0, begin_);
    text_.append(text);
    begin_ = 0;
    finished_ = false;
}

void CharacterSplitter::finish() {
    finished_ = true;
}

bool CharacterSplitter::next(std::string_view& character) {
    if (begin_ == text_.size()) return false;
    if (unit_ == Unit::grapheme) return next_cluster(character);
    const std::size_t length = unit_ == Unit::byte ? 1 : utf8_length(text_[begin_]);
    character = std::string_view(text_).substr(begin_, length);
    begin_ += length;
    return true;
}

bool CharacterSplitter::next_cluster(std::string_view& character) {
    const std::string_view text = text_;
    std::size_t end = begin_ + utf8_length(text[begin_]);
    if (ends_.empty()) {
        const PlainCodePoints& plain = clusters_->plain;
        const bool certain = end < text.size() && plain.contains(code_point_at(text, begin_)) &&
                             plain.contains(code_point_at(text, end));
        if (!certain && !find_ends()) return false;
    }
    if (!ends_.empty()) {
        end = ends_.back();
        ends_.pop_back();
    }
    character = text.substr(begin_, end - begin_);
    begin_ = end;
    return true;
}

// Fills `ends_` from `begin_` to the next plain run or to the end of the text; false when no
// cluster is certain yet. Every rule of UAX #29 looks at no more than one code point to the right
// of a boundary, so those before the end of the text are certain; and none looks to the left of the
// boundary before, so starting anew at a boundary changes nothing.
bool CharacterSplitter::find_ends() {
    const std::string_view text = text_;
    const std::size_t begin = begin_;
    const std::size_t limit = code_point_edge(text, begin + k_most_at_once);
    const std::size_t run = find_plain_run(text, begin, limit);
    // With one plain character more: a prefix before it may take it in, but no mark follows it.
    const std::size_t stop = run < limit ? run + utf8_length(text[run]) : limit;
    clusters_->find(text.substr(begin, stop - begin), ends_);
    std::size_t from = begin;
    bool cut = false;
    for (std::size_t i = 0; i < ends_.size() && !cut; ++i) {
        ends_[i] += begin;
        if (ends_[i] - from > k_longest_cluster) {  // cut the giant; its rest is looked at anew
            ends_[i] = code_point_edge(text, from + k_longest_cluster);
            ends_.resize(i + 1);
            cut = true;
        }
        from = ends_[i];
    }
    const bool at_text_end = finished_ && stop == text.size();
    if (!cut && stop == limit && !at_text_end) ends_.pop_back();
    std::reverse(ends_.begin(), ends_.end());
    return !ends_.empty();
}

std::uint64_t count_characters(std::string_view text, Unit unit) {
    if (unit == Unit::byte) return text.size();
    if (unit == Unit::codepoint) return count_code_points(text);
    CharacterSplitter splitter(unit);
    splitter.push(text);
    splitter.finish();
    std::string_view character;
    std::uint64_t count = 0;
    while (splitter.next(character)) ++count;
    return count;
}

}  // namespace carousel
