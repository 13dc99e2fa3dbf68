#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/sha256.hpp"
#include "base/token_id.hpp"
#include "data/corpus_config.hpp"
#include "data/document.hpp"
#include "data/id_store.hpp"
#include "text/character_counts.hpp"
#include "text/repertoire.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// Hears of bytes that were read.
using AdvanceReading = std::function<void(std::uint64_t bytes)>;

/// Adds the characters of documents, as `config` makes them. Throws: InputError.
void count_characters(std::span<const Document> documents, const CorpusConfig& config,
                      const AdvanceReading& advance, CharacterCounts& counts);

/// What there is of a text up to some symbol, all of it in whole characters.
struct TextMeasure {
    std::uint64_t tokens = 0, characters = 0, bytes = 0;

    TextMeasure operator+(const TextMeasure& more) const {
        return {tokens + more.tokens, characters + more.characters, bytes + more.bytes};
    }
};

/// The two rows of equal length that encoded documents are.
enum class EncodedRow : std::uint8_t {
    ids,
    starts,  ///< 1 where a character starts; only where the ids do not tell
};

/// Whether the id alone tells where a character starts.
bool ids_tell_starts(const Tokenizer& tokenizer);

/// Documents as one row of ids in a mapped scratch file: what one process has read of a corpus. The
/// memory used does not depend on the size of the text.
class EncodedDocuments {
public:
    /// `tokenizer` must outlive the object. Throws: InputError for unreadable or invalid text and
    /// for a character that the tokenizer lacks.
    EncodedDocuments(std::span<const Document> documents, const Tokenizer& tokenizer,
                     const CorpusConfig& config, const AdvanceReading& advance);

    struct WithText {
        std::uint64_t document = 0;  ///< number among the documents
        Sha256Digest digest{};       ///< of its text
    };
    const std::vector<WithText>& with_text() const { return with_text_; }
    const TextMeasure& whole() const { return whole_; }

    /// Places in the text, ascending, from which a character can be looked for.
    const std::vector<TextMeasure>& checkpoints() const { return checkpoints_; }

    /// Fills `out` with a row from `begin` on. Range: begin + out.size() ≤ whole().tokens.
    void copy(EncodedRow row, std::uint64_t begin, std::span<TokenId> out) const;

    /// What occurs in tokens [begin, end).
    Repertoire repertoire(std::uint64_t begin, std::uint64_t end) const;

    static constexpr std::uint64_t k_stride = 65536;  ///< tokens between checkpoints, at least

private:
    void store(const std::vector<TokenId>& ids, const std::vector<std::uint8_t>& starts);
    void count_encoded(const TextEncoder& encoder, const TextMeasure& at_document);

    const Vocabulary* vocabulary_;
    IdStore ids_;
    std::optional<IdStore> starts_;
    TextMeasure whole_;
    std::vector<TextMeasure> checkpoints_;
    std::vector<WithText> with_text_;
};

}  // namespace carousel
