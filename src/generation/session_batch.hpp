#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/token_id.hpp"
#include "generation/sampler.hpp"
#include "generation/session.hpp"
#include "model/model.hpp"
#include "model/quantization.hpp"
#include "model/recurrent_state.hpp"
#include "model/tensor.hpp"
#include "text/tokenizer.hpp"
#include "text/writable.hpp"

namespace carousel {

class Reader;

/// What a session has written by one symbol.
struct SessionPiece {
    std::uint64_t session = 0;   ///< its number in the batch
    std::string text;            ///< what became certain
    bool ends_document = false;  ///< and what comes next is of another one
    /// Set when the session has ended with this piece; it is no longer in the batch.
    std::optional<SessionProgress> ended{};
    TokenId symbol = 0;  ///< that was drawn
};

/// Sessions that write side by side with one model, a symbol each at a time.
///
///     while (!batch.empty())
///         for (const auto& piece : batch.advance()) show(piece);
///
/// Between two symbols sessions may join and leave. Law: each writes what it writes alone, bit for
/// bit. Only what the model has learned to write is drawn (`Repertoire`), and never what would
/// leave a document without text: the separator or the end of a stop text. While a session is here
/// its memory lies in the batch, beside that of the others.
class SessionBatch {
public:
    /// For at most `most_sessions` at once. All references must outlive the object, and the model
    /// must not change. Throws: std::logic_error when model and tokenizer have different
    /// vocabularies.
    SessionBatch(const Model& model, const Tokenizer& tokenizer, std::int64_t most_sessions,
                 Precision precision = Precision::float32);
    ~SessionBatch();
    SessionBatch(const SessionBatch&) = delete;
    SessionBatch& operator=(const SessionBatch&) = delete;

    /// Whether there is text that the model has learned to write: bytes alone may be none.
    bool can_write() const { return writable_.any(); }

    /// Lets the model read what the session has to read before it writes, but for the last symbol:
    /// what is copied afterwards has that behind it.
    void read(Session& session);

    /// Takes a session in, reads its prompt, and returns its number: sessions are numbered from 0
    /// in the order in which they join. Throws: UsageError when the model has learned nothing that
    /// it could write; SnapshotError when a character is begun that it cannot complete;
    /// std::logic_error when there is no room, or when it has ended or is of another tokenizer.
    std::uint64_t join(Session session);

    /// Takes a session out, to be kept or saved. Throws: std::logic_error when it is not here.
    Session leave(std::uint64_t session);

    /// A branch of a session, which stays. Throws: std::logic_error when it is not here.
    Session copy(std::uint64_t session) const;

    std::size_t size() const { return rows_.size(); }
    bool empty() const { return rows_.empty(); }

    /// Every session writes a symbol. Returns a piece for each that has text or an end, in the
    /// order of their numbers; valid until the next call. Sessions that have ended leave. Throws:
    /// SnapshotError when the model gives no probabilities.
    std::span<const SessionPiece> advance();

private:
    struct Row {
        std::uint64_t number;
        Session session;
        Sampler sampler;
        std::optional<std::size_t> column{};  // of memory_; none: the session has its memory itself
    };

    std::size_t find(std::uint64_t session) const;
    Session with_memory(const Row& row) const;
    void pack();
    void write(std::size_t row);
    void require_writable(const Session& session) const;
    void mask(const Session& session, std::span<float> logits) const;
    void mask_empty_documents(const Session& session, std::span<float> logits) const;

    const Model* model_;
    const Tokenizer* tokenizer_;
    std::size_t most_sessions_;
    std::unique_ptr<Reader> reader_;
    std::vector<Row> rows_;
    std::vector<SessionPiece> pieces_;
    RecurrentState memory_;  // of the rows with a column, column by column
    TokenIds ids_;           // (1, B)
    Tensor<2> logits_;       // (B, V)
    std::uint64_t joined_ = 0;
    Writable writable_;
};

}  // namespace carousel
