#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/token_id.hpp"
#include "base/words.hpp"
#include "generation/sampler.hpp"
#include "generation/stop_text.hpp"
#include "model/language_model_config.hpp"
#include "model/recurrent_state.hpp"
#include "text/text_stream.hpp"
#include "text/tokenizer.hpp"

// The room's way, in reading order: a `Session` is one text under way; a `SessionBatch` lets many
// of them write side by side; the `Sampler` draws a symbol; `StopText` ends a text; `session_bytes`
// saves and restores a session. Nothing here reads a clock, a file or an option, calls anybody back
// or decides when to stop: a text stops when nobody advances it any more.

namespace carousel {

/// What a session writes, and how.
struct SessionConfig {
    SamplerConfig sampler{};
    std::uint64_t seed = 0;
    std::uint32_t sample = 0;     ///< sessions of one seed draw apart when their numbers differ
    std::uint64_t length = 0;     ///< characters to write, the prompt not counted; 0 = no bound
    std::uint64_t documents = 1;  ///< to write one after the other; 0 = no bound
    std::string stop{};           ///< text that ends the session and is left out; empty = none
    bool raw = false;             ///< byte models only: any bytes, not only those of valid UTF-8
};

/// Why a session ended.
enum class SessionEnd : std::uint8_t {
    length,    ///< it has as many characters as wanted
    stop,      ///< the stop text came
    document,  ///< the model drew the separator, and no further document is wanted
};
template <>
inline constexpr std::array<std::string_view, 3> k_words<SessionEnd>{"length", "stop", "document"};

/// How far a session is.
struct SessionProgress {
    std::uint64_t characters = 0;  ///< given out, in units of the model (bytes in byte models)
    std::uint64_t earlier = 0;     ///< of these, those of documents that are over
    std::uint64_t symbols = 0;     ///< drawn
    std::uint64_t documents = 0;   ///< that are over
    std::optional<SessionEnd> end{};
};

/// How far the model has read the text of a session.
struct SessionReading {
    RecurrentState memory;        ///< of one stream: what was read
    std::vector<TokenId> unread;  ///< what comes next; never empty
};

/// All that makes a session go on as it would, in plain fields: what is saved.
struct SessionRecord {
    SessionConfig config;
    SessionProgress progress;
    SessionReading reading;
    std::vector<TokenId> recent;  ///< the end of what was read and is to be read, to see loops
    TextStream::Held text;        ///< drawn, and not yet certain to be text
    std::string held;             ///< certain, and perhaps the beginning of the stop text
};

/// One text under way: a value, which can be copied (a branch), saved, and put into a batch that
/// lets it write.
///
/// It starts as a document does: the model reads the separator, then the prompt; then symbols are
/// drawn and read until the session ends. Symbol n is drawn with random number n of the stream
/// (seed, sample), so a session writes the same alone and in any batch, on every number of threads.
/// After the separator the next document begins, if more are wanted.
/// Law: what comes out is valid UTF-8 in whole code points (whole clusters with `Unit::grapheme`),
/// except for raw byte models; the separator never comes out. In byte models a length is reached by
/// the code point in which the last byte counted lies. A stop text is looked for at the borders of
/// the model's units (in byte models of code points, unless they are raw).
class Session {
public:
    /// `tokenizer` must outlive the session and its copies. Throws: UsageError when the prompt of a
    /// byte model ends inside a UTF-8 sequence, or the stop text is not UTF-8 and what is written
    /// will be; std::logic_error when a control of the sampler is outside its range.
    Session(const Tokenizer& tokenizer, const LanguageModelConfig& model,
            const SessionConfig& config, std::span<const TokenId> prompt);

    /// Goes on where `record` was taken.
    /// Throws: std::invalid_argument when such a record is of no session of this model.
    Session(const Tokenizer& tokenizer, const LanguageModelConfig& model, SessionRecord record);

    SessionRecord record() const;

    const Tokenizer& tokenizer() const { return *tokenizer_; }
    const SessionConfig& config() const { return config_; }
    const SessionProgress& progress() const { return progress_; }

    /// The bytes of a code point that is not yet whole.
    std::string_view begun() const { return text_.begun(); }

    /// Whether the separator would end a document that has no text.
    bool document_is_empty() const;

    /// The text of a symbol that would make the stop text whole and leave the document without any;
    /// empty where there is none.
    std::string emptying_text() const;

    /// Whether the last symbol drawn has ended a document.
    bool document_is_over() const;

    /// Draws from now on with the numbers of another stream, from the same position on: what makes
    /// a copy a text of its own.
    void draw_from(std::uint64_t seed, std::uint32_t sample);

    /// For whoever lets the model read.
    SessionReading& reading() { return reading_; }
    const SessionReading& reading() const { return reading_; }

    /// Draws the next symbol from `logits` (V), what the model says after all that was to be read,
    /// and returns the text that it has made certain. What must not be drawn has minus infinity.
    /// Throws: SnapshotError when no logit is a number.
    std::string write(const Machine& machine, Sampler& sampler, std::span<const float> logits);

private:
    void note(std::span<const TokenId> ids);
    std::uint64_t given_out() const;
    std::optional<SessionEnd> reached(TokenId drawn) const;

    const Tokenizer* tokenizer_;
    SessionConfig config_;
    SessionProgress progress_;
    SessionReading reading_;
    std::vector<TokenId> recent_;
    TextStream text_;
    StopText stop_;
};

}  // namespace carousel
