#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "text/text_settings.hpp"

namespace carousel {

/// Turns the bytes of one file, pushed in pieces of any size, into valid UTF-8, of which whole code
/// points come out. A byte-order mark at the front is dropped.
///
/// Law: the text does not depend on how the bytes are cut into pieces.
/// Throws: UsageError for an encoding that ICU does not know; InputError for invalid input (with
/// `InvalidInput::error`) naming the file, the byte offset from 0, the bytes, and the options that
/// help. With `replace` each maximal invalid part becomes U+FFFD; with `skip` it is left out.
class Decoder {
public:
    /// `name` is the file in messages.
    Decoder(const DecodingSettings& settings, std::string name);
    ~Decoder();
    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;

    /// Appends to `text` what the bytes so far have made certain.
    void push(std::span<const std::byte> bytes, std::string& text);

    /// The input has ended: appends the rest.
    void finish(std::string& text);

private:
    class Utf8Part;
    class ConverterPart;
    void begin(bool at_end, std::string& text);
    void decode(std::string_view bytes, bool at_end, std::string& text);

    DecodingSettings settings_;
    std::string name_;
    std::string head_;  // the first bytes, until the byte-order mark is decided
    bool started_ = false;
    bool at_text_start_ = true;
    std::unique_ptr<Utf8Part> utf8_;
    std::unique_ptr<ConverterPart> converter_;
};

/// The encoding a byte-order mark names (`UTF-8`, `UTF-16LE`, `UTF-16BE`, `UTF-32LE`, `UTF-32BE`)
/// and the length of the mark; an empty name where there is none. Four bytes are enough to decide.
struct ByteOrderMark {
    std::string_view encoding;
    std::size_t length = 0;
};
ByteOrderMark find_byte_order_mark(std::string_view bytes);

}  // namespace carousel
