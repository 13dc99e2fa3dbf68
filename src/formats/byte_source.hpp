#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

// The room formats knows what files hold besides plain text, and takes the text out of it. To be
// read in this order:
//
//     file_format      what a file is, by its first bytes; what is said of those that are not read
//     unpacking        packed texts, and the entries of a zip archive: the door to libarchive
//     markup           elements and text of XML and HTML: the door to libxml2
//     text_layout      blanks, lines and paragraphs as markup means them
//     document_kinds   what is text in .html, .docx, .odt and .fb2
//     book             the chapters of an .epub
//     document_text    any of them as text
//
// Files come from strangers: what a file makes the program allocate or do is bounded by its size
// and by the limits that stand here, and a file beyond them is refused by name. No path is opened
// here, and no encoding is guessed.

namespace carousel {

/// Bytes that can be read at any place, any number of times.
struct ByteSource {
    std::string name;  ///< of the file in messages, harmless for a terminal
    std::uint64_t size = 0;
    /// Fills as much of the buffer as there is from an offset on. Throws: InputError.
    std::function<std::size_t(std::uint64_t offset, std::span<std::byte> buffer)> read_at;
};

/// The first bytes, `most` of them if there are as many.
std::string front_of(const ByteSource& source, std::size_t most);

}  // namespace carousel
