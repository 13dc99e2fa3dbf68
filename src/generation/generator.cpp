#include "generation/generator.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "cpu/inference.hpp"
#include "generation/stop_text.hpp"
#include "model/recurrent_state.hpp"
#include "text/characters.hpp"
#include "text/text_stream.hpp"
#include "text/utf8_constraint.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_logits_worth_sharing = 1
                                                << 15;  // of all streams: below, threads cost more

/// The streams of a batch on their way: what they remember and what they expect next.
struct StreamBatch {
    std::unique_ptr<Inference> inference;
    RecurrentState state;
    Tensor<2> logits;  // (B, V)
};

Tensor<3> gather(const Tensor<3>& values, std::span<const std::size_t> rows) {
    const std::size_t layers = values.shape(0), batch = values.shape(1), width = values.shape(2);
    Tensor<3> gathered(Tensor<3>::shape_type{layers, rows.size(), width});
    float* out = gathered.data();
    for (std::size_t l = 0; l < layers; ++l) {
        for (const std::size_t row : rows) {
            out = std::copy_n(values.data() + (l * batch + row) * width, width, out);
        }
    }
    return gathered;
}

/// The batch whose stream i goes on from stream rows[i].
StreamBatch gather(const LanguageModel& model, ThreadPool& pool, Precision precision,
                   const StreamBatch& batch, std::span<const std::size_t> rows) {
    const std::size_t v = batch.logits.shape(1);
    StreamBatch gathered{
        std::make_unique<Inference>(model, pool, static_cast<std::int64_t>(rows.size()), precision),
        {gather(batch.state.hidden, rows), gather(batch.state.states, rows)},
        Tensor<2>(Tensor<2>::shape_type{rows.size(), v})};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::copy_n(batch.logits.data() + rows[i] * v, v, gathered.logits.data() + i * v);
    }
    return gathered;
}

/// One stream that has read the separator and the prompt.
StreamBatch read_prompt(const LanguageModel& model, ThreadPool& pool, Precision precision,
                        std::span<const TokenId> prompt) {
    TokenIds ids(TokenIds::shape_type{prompt.size() + 1, 1});
    ids.data()[0] = Vocabulary::k_separator;
    std::copy(prompt.begin(), prompt.end(), ids.data() + 1);
    StreamBatch batch{std::make_unique<Inference>(model, pool, 1, precision),
                      RecurrentState::zeros(model.config(), 1),
                      {}};
    batch.inference->advance(ids, batch.state, batch.logits);
    return batch;
}

}  // namespace

/// One sample under way.
class Generator::Stream {
public:
    Stream(const Tokenizer& tokenizer, const GeneratorConfig& config, std::int64_t number)
        : tokenizer_(&tokenizer),
          length_(config.length),
          number_(number),
          key_{config.seed, RandomPurpose::sampling, static_cast<std::uint32_t>(number)},
          sampler_(config.sampler),
          constraint_(tokenizer.vocabulary()),
          text_(tokenizer, config.raw),
          stop_(config.stop) {}

    std::int64_t number() const { return number_; }
    TokenId drawn() const { return drawn_; }
    bool ended() const { return ended_; }
    const SampleReport& report() const { return report_; }
    Utf8Constraint& constraint() { return constraint_; }
    const Utf8Constraint& constraint() const { return constraint_; }

    void draw(std::span<const float> logits) {
        drawn_ = sampler_.sample(logits, random_uniform(key_, report_.symbols++));
        constraint_.push(drawn_);
    }

    /// The text that the symbol drawn has made certain; notices the end of the sample.
    std::string take() {
        const bool over = drawn_ == Vocabulary::k_separator;
        std::string text = stop_.push(text_.push(drawn_));
        if (stop_.found()) {
            end(SampleEnd::stop);
        } else if (over || (length_ > 0 && text_.characters() >= length_)) {
            end(over ? SampleEnd::document : SampleEnd::length);
            text += stop_.finish();
        }
        return text;
    }

private:
    void end(SampleEnd reason) {
        ended_ = true;
        report_.end = reason;
        report_.characters =
            text_.characters() - count_characters(stop_.dropped(), tokenizer_->settings().unit);
    }

    const Tokenizer* tokenizer_;
    std::uint64_t length_;
    std::int64_t number_;
    RandomKey key_;
    Sampler sampler_;
    Utf8Constraint constraint_;
    TextStream text_;
    StopText stop_;
    SampleReport report_;
    TokenId drawn_ = Vocabulary::k_separator;
    bool ended_ = false;
};

Generator::Generator(const LanguageModel& model, const Tokenizer& tokenizer, ThreadPool& pool,
                     const GeneratorConfig& config)
    : model_(&model), tokenizer_(&tokenizer), pool_(&pool), config_(config) {
    const auto& symbols = tokenizer.vocabulary().symbols();
    if (static_cast<std::int64_t>(symbols.size()) != model.config().vocabulary_size) {
        throw std::logic_error("the model and the tokenizer have different vocabularies");
    }
    if (config.count < 1 || config.count > std::numeric_limits<std::int32_t>::max()) {
        throw std::logic_error("the number of samples is outside its range");
    }
    config_.raw = config.raw && tokenizer.settings().unit == Unit::byte;
    for (TokenId id = 0; id < symbols.size(); ++id) {
        (symbols[id].kind == SymbolKind::byte ? byte_symbols_ : other_symbols_).push_back(id);
    }
}

std::vector<SampleReport> Generator::run(std::span<const TokenId> prompt, const EmitText& emit) {
    std::vector<Stream> streams = start_streams(prompt);
    StreamBatch batch = read_prompt(*model_, *pool_, config_.precision, prompt);
    if (streams.size() > 1) {
        batch = gather(*model_, *pool_, config_.precision, batch,
                       std::vector<std::size_t>(streams.size(), 0));
    }
    std::vector<SampleReport> reports(streams.size());
    TokenIds ids;
    while (true) {
        draw(streams, batch.logits);
        std::vector<std::size_t> active;
        for (std::size_t row = 0; row < streams.size(); ++row) {
            auto& stream = streams[row];
            if (stream.ended()) continue;
            if (const auto text = stream.take(); !text.empty()) emit(stream.number(), text);
            if (stream.ended()) {
                reports[static_cast<std::size_t>(stream.number())] = stream.report();
            } else {
                active.push_back(row);
            }
        }
        if (active.empty()) return reports;
        if (active.size() <= streams.size() / 2) {  // samples that have ended need no more work
            batch = gather(*model_, *pool_, config_.precision, batch, active);
            std::vector<Stream> left;
            for (const std::size_t row : active) left.push_back(std::move(streams[row]));
            streams = std::move(left);
        }
        ids.resize({1, streams.size()});
        for (std::size_t row = 0; row < streams.size(); ++row) ids(0, row) = streams[row].drawn();
        batch.inference->advance(ids, batch.state, batch.logits);
    }
}

std::vector<Generator::Stream> Generator::start_streams(std::span<const TokenId> prompt) const {
    Stream first(*tokenizer_, config_, 0);
    for (const TokenId id : prompt) first.constraint().push(id);
    if (!config_.raw && !first.constraint().complete()) {
        throw UsageError(
            "The prompt ends inside a UTF-8 sequence, which the model might not complete. Leave "
            "out its last bytes, or let --raw generate any bytes.");
    }
    std::vector<Stream> streams;
    streams.reserve(static_cast<std::size_t>(config_.count));
    for (std::int64_t i = 0; i < config_.count; ++i) streams.emplace_back(*tokenizer_, config_, i);
    return streams;
}

void Generator::draw(std::vector<Stream>& streams, Tensor<2>& logits) const {
    const std::size_t v = logits.shape(1);
    const auto draw_row = [&](std::int64_t index) {
        const auto row = static_cast<std::size_t>(index);
        if (streams[row].ended()) return;
        const std::span<float> row_logits(logits.data() + row * v, v);
        if (!config_.raw) mask(streams[row], row_logits);
        streams[row].draw(row_logits);
    };
    const auto count = static_cast<std::int64_t>(streams.size());
    if (count > 1 && static_cast<std::int64_t>(logits.size()) >= k_logits_worth_sharing) {
        pool_->for_each(count, draw_row);
    } else {
        for (std::int64_t i = 0; i < count; ++i) draw_row(i);
    }
}

// Takes away the symbols that would make invalid UTF-8.
void Generator::mask(const Stream& stream, std::span<float> logits) const {
    constexpr float k_never = -std::numeric_limits<float>::infinity();
    const auto& constraint = stream.constraint();
    if (!constraint.complete()) {
        for (const TokenId id : other_symbols_) logits[id] = k_never;
    }
    for (const TokenId id : byte_symbols_) {
        if (!constraint.allows(id)) logits[id] = k_never;
    }
}

}  // namespace carousel
