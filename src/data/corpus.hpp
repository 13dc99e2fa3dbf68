#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "base/token_id.hpp"
#include "data/corpus_config.hpp"
#include "data/documents.hpp"
#include "data/encoded_documents.hpp"
#include "text/repertoire.hpp"
#include "text/tokenizer.hpp"
#include "text/vocabulary.hpp"

// The room data turns files into the batches that a training reads. In the order of the way:
//
//     documents        which files CORPUS names, in which order, what is skipped and why
//     folder_walk, path_patterns   the files of a directory; .gitignore, --include, --exclude
//     document, byte_sum   one of them, read as often as needed; whether it has changed meanwhile
//     document_content     a file as text, unpacked; its encoding
//     corpus           their text as one row of ids, a separator before each document; its parts
//     encoded_documents  how documents are read, counted and encoded; what one process has of them
//     id_store         such a row on disk, in the narrowest width, mapped: memory does not grow
//     reading_processes, corpus_share, corpus_messages   processes that each read some of the files
//     batch_iterator   windows of B parallel streams, a function of seed and position alone
//
// What never happens here: a number of a model, a thread, a message to the screen (progress is told
// to a function that the caller gives).

namespace carousel {

/// A stretch of the corpus.
struct CorpusPart {
    std::uint64_t begin = 0, end = 0;  ///< token indices
    std::uint64_t characters = 0;      ///< text units; separators are none
    std::uint64_t bytes = 0;  ///< UTF-8 bytes of the normalised text (raw bytes in byte models)

    std::uint64_t tokens() const { return end - begin; }
    bool operator==(const CorpusPart&) const = default;
};

/// The text to learn from, as ids in a mapped scratch file: a separator, the first document, a
/// separator, the second ... Documents without text are left out. Memory used does not depend on
/// the size of the text.
///
/// Law: where other processes read some of the documents (`ReadingProcesses`), it is the corpus
/// that one process reads.
class Corpus {
public:
    /// Reads the documents: once to count their characters (unless the vocabulary is given and
    /// fixed), once to encode them. Throws: InputError for unreadable or invalid text, for a
    /// character that a given vocabulary lacks, and for a text that is empty or a single character;
    /// UsageError for an unknown encoding; std::invalid_argument when settings and vocabulary
    /// disagree.
    Corpus(const DocumentList& documents, const CorpusConfig& config);
    const Tokenizer& tokenizer() const { return *tokenizer_; }
    const Vocabulary& vocabulary() const { return tokenizer_->vocabulary(); }

    /// How many symbols stand at the end of the vocabulary for characters of `also_known` alone.
    std::size_t symbols_of_others() const { return symbols_of_others_; }

    std::uint64_t tokens() const { return whole_.tokens; }
    std::uint64_t characters() const { return whole_.characters; }
    std::uint64_t bytes() const { return whole_.bytes; }
    std::uint64_t documents() const { return names_.size(); }  ///< with text

    /// The paths of the documents with text, `-` for standard input, in their order.
    const std::vector<std::string>& document_names() const { return names_; }

    /// SHA-256 over the documents' SHA-256 digests; `docs/text.md` defines it.
    const Sha256Digest& fingerprint() const { return fingerprint_; }

    /// The whole corpus as a part.
    CorpusPart whole() const { return {0, whole_.tokens, whole_.characters, whole_.bytes}; }

    /// The first `count` characters with what stands before and between them. A separator right at
    /// the end is not included. Range: count ≤ characters().
    CorpusPart first(std::uint64_t count) const;

    /// Training part: the first floor((1 − fraction) · N) characters; validation part: the rest,
    /// which starts with the separator that stands at the cut, if any. Range: fraction in [0, 1),
    /// of which nine decimals count.
    struct Split {
        CorpusPart training, validation;
    };
    Split split(double validation_fraction) const;

    /// Range: index < tokens().
    TokenId at(std::uint64_t index) const;

    /// Fills `out` with the ids from `begin` on. Range: begin + out.size() ≤ tokens().
    void copy(std::uint64_t begin, std::span<TokenId> out) const;

    /// Whether a character starts at a token; a separator starts none.
    bool starts_character(std::uint64_t index) const;

    /// What occurs in tokens [begin, end).
    Repertoire repertoire(std::uint64_t begin, std::uint64_t end) const;

private:
    CharacterCounts count(std::span<const Document> own, const CorpusConfig& config,
                          const AdvanceReading& advance) const;
    void find_symbols(std::span<const Document> own, const CorpusConfig& config,
                      const AdvanceReading& advance);
    void encode(const DocumentList& documents, std::span<const Document> own,
                const CorpusConfig& config, const AdvanceReading& advance);
    void copy_row(EncodedRow row, std::uint64_t begin, std::span<TokenId> out) const;

    std::unique_ptr<Tokenizer> tokenizer_;
    std::size_t symbols_of_others_ = 0;
    TextMeasure whole_;
    std::vector<std::string> names_;  // of the documents with text
    Sha256Digest fingerprint_{};
    std::unique_ptr<EncodedDocuments> own_;
    ReadingProcesses* others_ = nullptr;  // that have the rest; null: there is none
    std::vector<std::uint64_t> ends_;     // of the tokens that each process has, from the first on
    std::vector<TextMeasure> checkpoints_{TextMeasure{}};
};

}  // namespace carousel
