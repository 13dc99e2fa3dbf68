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

namespace carousel {

/// One document of a corpus, which can be read any number of times.
struct Document {
    std::string path;        ///< `-` for standard input
    std::uint64_t size = 0;  ///< bytes when it was found
    /// Its content when the source can be read once only.
    std::shared_ptr<const ScratchFile> spool;
};

struct DocumentList {
    std::vector<Document> documents;
    std::vector<std::string> notes;  ///< sentences for people: what was skipped, and why
};

/// The documents that CORPUS arguments name: files, `-` (standard input), and directories:
/// recursive, sorted by path bytes, without hidden entries and links, and without binary files (NUL
/// in the first 8 KiB and no UTF-16 or UTF-32 mark), each of which gets a note. A named file is
/// never skipped. Standard input and other sources that can be read once only are copied to a
/// scratch file in `scratch_folder`. Throws: InputError for a path that cannot be read and for a
/// directory without any text; UsageError when `-` is named twice.
DocumentList find_documents(const std::vector<std::string>& arguments,
                            const std::filesystem::path& scratch_folder);

/// How messages name a document: the path made printable, or "standard input".
std::string shown_name(const Document& document);

/// Reads a document from front to back.
class DocumentReader {
public:
    /// `document` must outlive the object.
    explicit DocumentReader(const Document& document);

    /// As `FileReader::read`.
    std::size_t read(std::span<std::byte> buffer);

private:
    std::optional<FileReader> file_;
    const ScratchFile* spool_;
    std::uint64_t offset_ = 0;
};

}  // namespace carousel
