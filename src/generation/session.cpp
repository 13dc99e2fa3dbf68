#include "generation/session.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "text/characters.hpp"

namespace carousel {

namespace {

bool writes_raw(const SessionConfig& config, const Tokenizer& tokenizer) {
    return config.raw && tokenizer.settings().unit == Unit::byte;
}

}  // namespace

Session::Session(const Tokenizer& tokenizer, const LanguageModelConfig& model,
                 const SessionConfig& config, std::span<const TokenId> prompt)
    : tokenizer_(&tokenizer),
      config_(config),
      reading_{RecurrentState::zeros(model, 1), {Vocabulary::k_separator}},
      constraint_(tokenizer.vocabulary()),
      text_(tokenizer, config.raw),
      stop_(config.stop) {
    if (!in_range(config.sampler)) {
        throw std::logic_error("a sampler's control is outside its range");
    }
    config_.raw = writes_raw(config, tokenizer);
    reading_.unread.insert(reading_.unread.end(), prompt.begin(), prompt.end());
    for (const TokenId id : prompt) constraint_.push(id);
    if (!config_.raw && !constraint_.complete()) {
        throw UsageError(
            "The prompt ends inside a UTF-8 sequence, which the model might not complete. Leave "
            "out its last bytes, or let --raw generate any bytes.");
    }
}

Session::Session(const Tokenizer& tokenizer, const LanguageModelConfig& model, SessionRecord record)
    : tokenizer_(&tokenizer),
      config_(record.config),
      progress_(record.progress),
      reading_(std::move(record.reading)),
      constraint_(tokenizer.vocabulary()),
      text_(tokenizer, config_.raw, std::move(record.text)),
      stop_(config_.stop, std::move(record.held)) {
    const auto& unread = reading_.unread;
    const auto known = [&](TokenId id) { return id < tokenizer.vocabulary().size(); };
    if (!in_range(config_.sampler)) {
        throw std::invalid_argument("a control of its sampler is outside its range");
    }
    if (config_.raw != writes_raw(config_, tokenizer)) {
        throw std::invalid_argument("it writes any bytes, and its model knows characters");
    }
    if (!reading_.memory.fits(model, 1)) {
        throw std::invalid_argument("its memory has another shape than that of its model");
    }
    if (unread.empty() || !std::all_of(unread.begin(), unread.end(), known)) {
        throw std::invalid_argument("what its model reads next is no text of its alphabet");
    }
    constraint_.set_state(record.utf8);
}

SessionRecord Session::record() const {
    return {config_, progress_, reading_, constraint_.state(), text_.held(), stop_.held()};
}

void Session::draw_from(std::uint64_t seed, std::uint32_t sample) {
    config_.seed = seed;
    config_.sample = sample;
}

std::string Session::write(const Machine& machine, Sampler& sampler,
                           std::span<const float> logits) {
    const RandomKey key{config_.seed, RandomPurpose::sampling, config_.sample};
    const TokenId drawn = sampler.sample(machine, logits, random_uniform(key, progress_.symbols++));
    constraint_.push(drawn);
    reading_.unread.assign(1, drawn);
    const bool over = drawn == Vocabulary::k_separator;
    std::string text = stop_.push(text_.push(drawn));
    progress_.characters = text_.characters();
    if (stop_.found()) {
        end(SessionEnd::stop);
    } else if (over || (config_.length > 0 && text_.characters() >= config_.length)) {
        end(over ? SessionEnd::document : SessionEnd::length);
        text += stop_.finish();
    }
    return text;
}

void Session::end(SessionEnd reason) {
    progress_.end = reason;
    progress_.characters -= count_characters(stop_.dropped(), tokenizer_->settings().unit);
}

}  // namespace carousel
