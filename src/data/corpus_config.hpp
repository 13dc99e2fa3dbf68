#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "text/text_settings.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

class ReadingProcesses;
struct DocumentList;

/// What a corpus does with characters that a given vocabulary lacks and cannot spell.
enum class NewCharacters : std::uint8_t { refuse, append };

/// How documents become a corpus.
struct CorpusConfig {
    TextSettings text{};
    DecodingSettings decoding{};
    std::filesystem::path scratch_folder{};  ///< for the ids, which may be as large as the text
    std::optional<Vocabulary> vocabulary{};  ///< of a model; absent: built from the corpus
    NewCharacters new_characters = NewCharacters::refuse;  ///< only with a vocabulary
    /// Whose characters get symbols too, behind those of the corpus, where new ones get any: a text
    /// to validate on.
    const DocumentList* also_known = nullptr;
    /// Called now and then with the bytes read so far and those to be read in all passes together.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
    /// That found the documents with this process, and read some of them; null: it is alone. They
    /// must outlive the corpus.
    ReadingProcesses* processes = nullptr;
};

/// Whether no character gets a symbol that has none yet.
inline bool is_fixed(const CorpusConfig& config) {
    return config.vocabulary && config.new_characters == NewCharacters::refuse;
}

}  // namespace carousel
