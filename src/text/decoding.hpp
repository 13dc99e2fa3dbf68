#pragma once

#include <cstddef>
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

    /// One encoding; for the body only.
    class Encoding;

private:
    void start();
    void decode(std::string_view bytes, bool at_end, std::string& text);

    DecodingSettings settings_;
    std::string name_;
    std::string head_;                    // the first bytes, until the encoding is known
    std::unique_ptr<Encoding> encoding_;  // empty until then
    bool at_text_start_ = true;
};

/// Throws: UsageError when ICU has no converter of this name. An empty name is the default and
/// known.
void require_known_encoding(const std::string& name);

/// Whether ICU has a converter of this name.
bool is_known_encoding(const std::string& name);

/// The encoding that a byte-order mark at the front names (`UTF-8`, `UTF-16LE`, `UTF-16BE`,
/// `UTF-32LE`, `UTF-32BE`); empty where there is none. Four bytes are enough to decide.
std::string_view encoding_by_mark(std::string_view bytes);

}  // namespace carousel
