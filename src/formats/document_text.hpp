#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "formats/byte_source.hpp"

namespace carousel {

/// A zip archive that is no document.
class OtherArchive : public InputError {
public:
    using InputError::InputError;
};

// The texts are UTF-8, each line ended. What is no running text is left out: scripts, styles,
// heads, pictures, deleted passages, comments and notes of editors.

/// The text of a .docx, .odt or .epub, or of a single .fb2 in a zip archive. A paragraph of the
/// first two is a line; the chapters of a book come in its own order.
/// Throws: OtherArchive, saying what to do; InputError for what is damaged, protected or beyond the
/// limits of `unpacking` and `markup`.
std::string text_of_zip(const ByteSource& source);

/// The text of an .fb2. Throws: InputError.
std::string text_of_fiction_book(const ByteSource& source);

/// The text of a page of HTML. Range: UTF-8. `name` is the file in messages. Throws: InputError.
std::string text_of_html(std::string_view page, const std::string& name);

}  // namespace carousel
