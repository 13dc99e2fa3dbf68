#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/token_id.hpp"
#include "text/characters.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// Turns ids into text as they come, giving out only what is certain: whole code points, and with
/// `Unit::grapheme` whole clusters (certain when a later symbol shows the end). The separator
/// yields nothing and ends a cluster. What comes out is always valid UTF-8, except for raw byte
/// models.
class TextStream {
public:
    /// `tokenizer` must outlive the object. `raw` gives the bytes of a byte model at once and
    /// unchanged.
    explicit TextStream(const Tokenizer& tokenizer, bool raw = false);

    /// What has been pushed and is not yet certain, and the characters that were.
    struct Held {
        std::string bytes;    ///< the beginning of a code point
        std::string cluster;  ///< of a cluster, which may go on
        std::uint64_t characters = 0;
    };
    Held held() const { return {bytes_, std::string(splitter_.held()), characters_}; }
    std::string_view begun() const { return bytes_; }  ///< of a code point

    /// Goes on where another stream held this. Throws: std::invalid_argument when none could.
    TextStream(const Tokenizer& tokenizer, bool raw, Held held);

    /// The text that `id` has made certain, often empty.
    std::string push(TokenId id);

    /// The rest; bytes that never became a code point are dropped.
    std::string finish();

    /// Characters given out so far, in units of the model (bytes in byte models).
    std::uint64_t characters() const { return characters_; }

private:
    std::string take_code_points();
    std::string take_characters(std::string text, bool at_end);

    const Tokenizer* tokenizer_;
    bool raw_;
    std::string bytes_;           // not yet a whole code point
    CharacterSplitter splitter_;  // holds a cluster that may go on
    std::uint64_t characters_ = 0;
};

}  // namespace carousel
