#include "text/text_stream.hpp"

#include <stdexcept>
#include <utility>

#include "text/utf8.hpp"

namespace carousel {

TextStream::TextStream(const Tokenizer& tokenizer, bool raw)
    : tokenizer_(&tokenizer),
      raw_(raw && tokenizer.settings().unit == Unit::byte),
      splitter_(tokenizer.settings().unit) {}

TextStream::TextStream(const Tokenizer& tokenizer, bool raw, Held held)
    : TextStream(tokenizer, raw) {
    constexpr std::size_t k_longest_beginning = 3;
    if (held.bytes.size() > k_longest_beginning) {
        throw std::invalid_argument("the beginning of a code point is longer than one");
    }
    if (!held.cluster.empty() && tokenizer.settings().unit != Unit::grapheme) {
        throw std::invalid_argument("a cluster is held where text has none");
    }
    if (valid_utf8_prefix(held.cluster) != held.cluster.size()) {
        throw std::invalid_argument("the cluster held is not valid UTF-8");
    }
    bytes_ = std::move(held.bytes);
    characters_ = held.characters;
    splitter_.push(held.cluster);
}

std::string TextStream::push(TokenId id) {
    const auto& [kind, text] = tokenizer_->vocabulary().symbol(id);
    if (kind == SymbolKind::separator) {
        bytes_.clear();
        return take_characters({}, true);
    }
    if (raw_) {
        ++characters_;
        return text;
    }
    if (kind == SymbolKind::character && bytes_.empty()) return take_characters(text, false);
    bytes_ += text;
    return take_characters(take_code_points(), false);
}

std::string TextStream::finish() {
    bytes_.clear();
    return take_characters({}, true);
}

// The whole code points at the front of the held bytes. What can never become one (a generator that
// heeds Writable makes none) is U+FFFD.
std::string TextStream::take_code_points() {
    std::string text;
    std::string_view rest = bytes_;
    while (!rest.empty()) {
        const std::size_t valid = valid_utf8_prefix(rest);
        text.append(rest.substr(0, valid));
        rest.remove_prefix(valid);
        if (rest.empty()) break;
        const Utf8Flaw flaw = utf8_flaw(rest);
        if (flaw.incomplete) break;
        text.append("\xEF\xBF\xBD");
        rest.remove_prefix(flaw.length);
    }
    bytes_ = std::string(rest);
    return text;
}

std::string TextStream::take_characters(std::string text, bool at_end) {
    const Unit unit = tokenizer_->settings().unit;
    if (unit != Unit::grapheme) {
        characters_ += count_characters(text, unit);
        return text;
    }
    splitter_.push(text);
    if (at_end) splitter_.finish();
    std::string certain;
    std::string_view character;
    for (; splitter_.next(character); ++characters_) certain += character;
    return certain;
}

}  // namespace carousel
