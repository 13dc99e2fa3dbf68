#include "generation/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"

namespace carousel {

namespace {

bool writes_raw(const SessionConfig& config, const Tokenizer& tokenizer) {
    return config.raw && tokenizer.settings().unit == Unit::byte;
}

// In what a stop text is compared: a part of a code point can stand only in raw text.
Unit unit_of_stop(const SessionConfig& config, const Tokenizer& tokenizer) {
    const Unit unit = tokenizer.settings().unit;
    return unit == Unit::byte && !config.raw ? Unit::codepoint : unit;
}

StopText stop_text(const SessionConfig& config, const Tokenizer& tokenizer) {
    try {
        return {config.stop, unit_of_stop(config, tokenizer)};
    } catch (const std::invalid_argument& error) {
        throw UsageError(fmt::format(
            "No such text can be written: {}, and what is written always is. Give --stop text in "
            "UTF-8{}.",
            error.what(),
            tokenizer.settings().unit == Unit::byte ? ", or let --raw write any bytes" : ""));
    }
}

// Whether a prompt ends inside a UTF-8 sequence: in byte models alone it can.
bool ends_inside_sequence(const Tokenizer& tokenizer, std::span<const TokenId> prompt) {
    if (tokenizer.settings().unit != Unit::byte) return false;
    TextStream text(tokenizer);
    for (const TokenId id : prompt) text.push(id);
    return !text.begun().empty();
}

}  // namespace

Session::Session(const Tokenizer& tokenizer, const LanguageModelConfig& model,
                 const SessionConfig& config, std::span<const TokenId> prompt)
    : tokenizer_(&tokenizer),
      config_(config),
      reading_{RecurrentState::zeros(model, 1), {Vocabulary::k_separator}},
      text_(tokenizer, config.raw),
      stop_(stop_text(config, tokenizer)) {
    if (!in_range(config.sampler)) {
        throw std::logic_error("a sampler's control is outside its range");
    }
    config_.raw = writes_raw(config, tokenizer);
    reading_.unread.insert(reading_.unread.end(), prompt.begin(), prompt.end());
    note(reading_.unread);
    if (!config_.raw && ends_inside_sequence(tokenizer, prompt)) {
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
      recent_(std::move(record.recent)),
      text_(tokenizer, config_.raw, std::move(record.text)),
      stop_(config_.stop, unit_of_stop(config_, tokenizer), record.held) {
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
    if (recent_.empty() || recent_.back() != unread.back() ||
        !std::all_of(recent_.begin(), recent_.end(), known)) {
        throw std::invalid_argument("what it has read last is no text of its alphabet");
    }
    if (!progress_.end && progress_.characters != given_out()) {
        throw std::invalid_argument("it has given out another number of characters than it says");
    }
}

SessionRecord Session::record() const {
    return {config_, progress_, reading_, recent_, text_.held(), stop_.held()};
}

// Keeps as much of the end as may be a loop.
void Session::note(std::span<const TokenId> ids) {
    recent_.insert(recent_.end(), ids.begin(), ids.end());
    const auto most = static_cast<std::size_t>(config_.sampler.loop_length + k_longest_loop);
    if (recent_.size() > most) {
        recent_.erase(recent_.begin(), recent_.end() - static_cast<std::ptrdiff_t>(most));
    }
}

void Session::draw_from(std::uint64_t seed, std::uint32_t sample) {
    config_.seed = seed;
    config_.sample = sample;
}

bool Session::document_is_over() const {
    return progress_.symbols > 0 && reading_.unread.back() == Vocabulary::k_separator;
}

bool Session::document_is_empty() const {
    return progress_.symbols == 0 || document_is_over();
}

std::string Session::emptying_text() const {
    if (progress_.characters > progress_.earlier || config_.stop.empty()) return {};
    const auto held = text_.held();
    const auto pending = held.cluster + held.bytes;
    const auto lacking = stop_.lacking();
    return lacking.starts_with(pending) ? lacking.substr(pending.size()) : std::string();
}

std::string Session::write(const Machine& machine, Sampler& sampler,
                           std::span<const float> logits) {
    const RandomKey key{config_.seed, RandomPurpose::sampling, config_.sample};
    const TokenId drawn = sampler.sample(machine, logits, random_uniform(key, progress_.symbols++),
                                         ends_in_loop(recent_, config_.sampler.loop_length));
    reading_.unread.assign(1, drawn);
    note(reading_.unread);
    const bool over = drawn == Vocabulary::k_separator;
    if (over) ++progress_.documents;
    std::string text = stop_.push(text_.push(drawn));
    progress_.end = reached(drawn);
    if (over || progress_.end) text += stop_.finish();
    progress_.characters = given_out();
    if (over) progress_.earlier = progress_.characters;
    return text;
}

std::optional<SessionEnd> Session::reached(TokenId drawn) const {
    if (stop_.found()) return SessionEnd::stop;
    if (drawn == Vocabulary::k_separator && progress_.documents == config_.documents)
        return SessionEnd::document;
    if (config_.length > 0 && text_.characters() >= config_.length) return SessionEnd::length;
    return std::nullopt;
}

std::uint64_t Session::given_out() const {
    const auto [units, bytes] = stop_.withheld();
    return text_.characters() - (tokenizer_->settings().unit == Unit::byte ? bytes : units);
}

}  // namespace carousel
