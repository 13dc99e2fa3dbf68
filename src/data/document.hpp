#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/scratch_file.hpp"
#include "data/byte_sum.hpp"
#include "text/text_settings.hpp"

namespace carousel {

class ReadingProcesses;

/// One document of a corpus, which can be read any number of times.
struct Document {
    std::string path;        ///< `-` for standard input
    std::uint64_t size = 0;  ///< bytes of it that are read
    /// Its content where that is not the file itself: what can be read once only, and the text of
    /// what was packed or marked up.
    std::shared_ptr<const ScratchFile> spool{};
    std::string encoding{};                   ///< of its bytes; empty: nobody has looked
    std::optional<std::uint64_t> byte_sum{};  ///< of the file when it was found
    int process = 0;  ///< of those that train together, which has found it and reads it
};

/// How documents are looked for.
struct FindSettings {
    std::filesystem::path scratch_folder{};
    DecodingSettings decoding{};
    bool raw = false;  ///< for models of bytes: every file is its bytes
    /// What `decoding` names holds for every file, UTF-8 or not, as it did for older models.
    bool named_everywhere = false;
    std::vector<std::string> include{}, exclude{};  ///< patterns for the files of directories
    /// That share the files with this process; null: it is alone.
    ReadingProcesses* processes = nullptr;
};

/// How messages name a document: the path made printable, or "standard input".
std::string shown_name(const Document& document);

/// The whole text of a document, decoded; with `Unit::byte` its bytes. Throws: InputError.
std::string text_of(const Document& document, const DecodingSettings& decoding, Unit unit);

/// Reads a document from front to back.
class DocumentReader {
public:
    /// `document` must outlive the object.
    explicit DocumentReader(const Document& document);

    /// As `FileReader::read`; a file that has grown ends where it ended when it was found.
    /// Throws: InputError at the end of a file whose bytes are not those that were found.
    std::size_t read(std::span<std::byte> buffer);

private:
    const Document& document_;
    std::optional<FileReader> file_;
    std::uint64_t offset_ = 0;
    ByteSum sum_;
};

}  // namespace carousel
