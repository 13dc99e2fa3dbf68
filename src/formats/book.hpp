#pragma once

#include <string>

#include "formats/markup.hpp"
#include "formats/unpacking.hpp"

namespace carousel {

/// Reads one file of an archive. Returns whether it is there.
bool read_entry(ZipArchive& archive, const std::string& path, MarkupListener& listener);

/// The text of an .epub: its chapters in their order. Throws: InputError for one that is damaged or
/// protected, and as `text_of_zip`.
std::string text_of_book(ZipArchive& archive);

}  // namespace carousel
