#include "generation/session_batch.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "model/machine.hpp"
#include "model/reader.hpp"

// A row is a session in the batch. Its memory is a column of `memory_`, (L, B, ...), where the
// model reads it without copying; from joining to the next symbol, and after leaving, a session
// holds its memory itself. `pack` moves memories to where the next reading wants them, and only
// when a session has come or gone.

namespace carousel {

namespace {

constexpr float k_impossible = -std::numeric_limits<float>::infinity();

// Logits of all sessions together; with fewer, sharing the draws costs more than it saves.
constexpr std::size_t k_logits_worth_sharing = std::size_t{1} << 15;

void copy_stream(const Tensor<3>& from, std::size_t source, Tensor<3>& to, std::size_t target) {
    const std::size_t layers = from.shape(0), width = from.shape(2);
    for (std::size_t l = 0; l < layers; ++l) {
        std::copy_n(from.data() + (l * from.shape(1) + source) * width, width,
                    to.data() + (l * to.shape(1) + target) * width);
    }
}

void copy_stream(const RecurrentState& from, std::size_t source, RecurrentState& to,
                 std::size_t target) {
    copy_stream(from.hidden, source, to.hidden, target);
    copy_stream(from.states, source, to.states, target);
}

}  // namespace

SessionBatch::SessionBatch(const Model& model, const Tokenizer& tokenizer,
                           std::int64_t most_sessions, Precision precision)
    : model_(&model),
      tokenizer_(&tokenizer),
      most_sessions_(static_cast<std::size_t>(most_sessions)),
      writable_(tokenizer.vocabulary(), tokenizer.repertoire()) {
    const auto symbols = static_cast<std::int64_t>(tokenizer.vocabulary().size());
    if (symbols != model.config().vocabulary_size) {
        throw std::logic_error("the model and the tokenizer have different vocabularies");
    }
    if (most_sessions < 1) throw std::logic_error("a batch has no room for a session");
    reader_ = model.reader(most_sessions, precision);
}

SessionBatch::~SessionBatch() = default;

void SessionBatch::read(Session& session) {
    auto& [memory, unread] = session.reading();
    if (unread.size() < 2) return;
    TokenIds ids(TokenIds::shape_type{unread.size() - 1, 1});
    std::copy(unread.begin(), unread.end() - 1, ids.data());
    reader_->advance(ids, memory, logits_);
    unread.erase(unread.begin(), unread.end() - 1);
}

std::uint64_t SessionBatch::join(Session session) {
    if (rows_.size() == most_sessions_) throw std::logic_error("the batch of sessions is full");
    if (&session.tokenizer() != tokenizer_ || session.progress().end) {
        throw std::logic_error(
            "a session of another tokenizer, or one that has ended, cannot join");
    }
    require_writable(session);
    read(session);
    const Sampler sampler(session.config().sampler);
    rows_.push_back({joined_, std::move(session), sampler});
    return joined_++;
}

void SessionBatch::require_writable(const Session& session) const {
    if (session.config().raw) return;
    if (!writable_.any()) {
        throw UsageError(
            "The text that this model learned from is not UTF-8, so there is nothing that it could "
            "write but raw bytes: let --raw do so.");
    }
    if (!session.begun().empty() && !writable_.begins(session.begun())) {
        throw SnapshotError(
            "This session has begun a character that its model cannot complete. Begin a new one "
            "with its prompt.");
    }
}

Session SessionBatch::leave(std::uint64_t session) {
    const std::size_t row = find(session);
    Session left = with_memory(rows_[row]);
    rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(row));
    return left;
}

Session SessionBatch::copy(std::uint64_t session) const {
    return with_memory(rows_[find(session)]);
}

std::size_t SessionBatch::find(std::uint64_t session) const {
    const auto row = std::find_if(rows_.begin(), rows_.end(),
                                  [&](const Row& one) { return one.number == session; });
    if (row == rows_.end()) throw std::logic_error("no such session is in the batch");
    return static_cast<std::size_t>(row - rows_.begin());
}

Session SessionBatch::with_memory(const Row& row) const {
    Session session = row.session;
    if (row.column) {
        session.reading().memory = RecurrentState::zeros(model_->config(), 1);
        copy_stream(memory_, *row.column, session.reading().memory, 0);
    }
    return session;
}

std::span<const SessionPiece> SessionBatch::advance() {
    if (rows_.empty()) return {};
    pack();
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        ids_(0, row) = rows_[row].session.reading().unread.front();
    }
    reader_->advance(ids_, memory_, logits_);
    pieces_.resize(rows_.size());
    const auto count = static_cast<std::int64_t>(rows_.size());
    const auto write_row = [&](std::int64_t row) { write(static_cast<std::size_t>(row)); };
    if (count > 1 && logits_.size() >= k_logits_worth_sharing) {
        model_->machine().for_each(count, write_row);
    } else {
        for (std::int64_t row = 0; row < count; ++row) write_row(row);
    }
    std::erase_if(rows_, [](const Row& row) { return row.session.progress().end.has_value(); });
    std::erase_if(pieces_, [](const SessionPiece& piece) {
        return piece.text.empty() && !piece.ends_document && !piece.ended;
    });
    return pieces_;
}

// Lays the memories of all rows beside each other, where one has come or gone.
void SessionBatch::pack() {
    const std::size_t count = rows_.size();
    bool packed = ids_.size() == count;
    for (std::size_t row = 0; row < count; ++row) packed &= rows_[row].column == row;
    if (packed) return;
    auto memory = RecurrentState::zeros(model_->config(), static_cast<std::int64_t>(count));
    for (std::size_t row = 0; row < count; ++row) {
        auto& [number, session, sampler, column] = rows_[row];
        auto& own = session.reading().memory;
        copy_stream(column ? memory_ : own, column.value_or(0), memory, row);
        own = {};
        column = row;
    }
    memory_ = std::move(memory);
    ids_.resize({1, count});
}

void SessionBatch::write(std::size_t row) {
    auto& [number, session, sampler, column] = rows_[row];
    const std::size_t v = logits_.shape(1);
    const std::span<float> logits(logits_.data() + row * v, v);
    mask(session, logits);
    auto& piece = pieces_[row];
    piece.session = number;
    piece.text = session.write(model_->machine(), sampler, logits);
    piece.symbol = session.reading().unread.back();
    piece.ends_document = session.document_is_over();
    piece.ended = session.progress().end ? std::optional(session.progress()) : std::nullopt;
}

// Takes away what must not be drawn. No byte of raw text begins a character.
void SessionBatch::mask(const Session& session, std::span<float> logits) const {
    const auto& symbols = tokenizer_->vocabulary().symbols();
    if (session.begun().empty()) {
        const bool raw = session.config().raw;
        for (const TokenId id : raw ? writable_.unseen() : writable_.never())
            logits[id] = k_impossible;
    } else {
        std::string begun(session.begun());
        for (TokenId id = 0; id < symbols.size(); ++id) {
            const auto& [kind, text] = symbols[id];
            const bool allowed = kind == SymbolKind::byte && writable_.begins(begun + text);
            if (!allowed) logits[id] = k_impossible;
        }
    }
    mask_empty_documents(session, logits);
}

// A text that nothing but its stop text can begin stays empty.
void SessionBatch::mask_empty_documents(const Session& session, std::span<float> logits) const {
    if (session.document_is_empty()) logits[Vocabulary::k_separator] = k_impossible;
    const auto text = session.emptying_text();
    if (text.empty()) return;
    const auto& vocabulary = tokenizer_->vocabulary();
    std::vector<TokenId> emptying;
    if (vocabulary.has_characters()) {
        if (const auto id = vocabulary.find(text)) emptying.push_back(*id);
    }
    if (text.size() == 1) {
        if (const auto id = vocabulary.byte_symbol(static_cast<unsigned char>(text.front())))
            emptying.push_back(*id);
    }
    std::vector<float> before;
    for (const TokenId id : emptying) before.push_back(std::exchange(logits[id], k_impossible));
    const auto possible = [](float logit) { return logit > k_impossible; };
    if (std::any_of(logits.begin(), logits.end(), possible)) return;
    for (std::size_t i = 0; i < emptying.size(); ++i) logits[emptying[i]] = before[i];
}

}  // namespace carousel
