#include "app/comparison_terms.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "app/training_settings.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/sha256.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "text/text_descriptions.hpp"

namespace carousel {

namespace {

[[noreturn]] void refuse_change(std::string_view option, std::string_view then,
                                std::string_view now) {
    throw UsageError(
        fmt::format("--{} is {} in this comparison and {} here, and only what is trained alike can "
                    "be compared. Leave the option out, or name another --folder.",
                    option, then, now));
}

// How options spell a length.
std::string_view option_of(LengthKind kind) {
    return kind == LengthKind::seconds ? "time" : format_value(kind);
}

template <Described Config>
void require_same(const Given<Config>& now, const Given<Config>& then) {
    now.for_each([&](const auto& setting, const auto& value) {
        const auto& before = then[setting.field];
        if (!value || value == before) return;
        std::string_view name = setting.name;
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*value)>, TrainingLength>)
            name = option_of(value->kind);
        refuse_change(name, before ? std::string(format_value(*before)) : "not given",
                      format_value(*value));
    });
}

template <typename Value>
void require_same(std::string_view option, const std::optional<Value>& now,
                  const std::optional<Value>& then) {
    if (!now || now == then) return;
    refuse_change(option, then ? fmt::format("{}", *then) : "not given", fmt::format("{}", *now));
}

// What a training may not change, whoever asks: the fields that say nothing here are not kept.
TrainingRequest terms_of(const ComparisonRequest& request) {
    TrainingRequest terms;
    terms.corpus = request.corpus;
    terms.include = request.include;
    terms.exclude = request.exclude;
    terms.validation = request.validation;
    terms.validation_fraction = request.validation_fraction;
    terms.decoding = request.decoding;
    terms.text = request.text;
    terms.architecture = request.architecture;
    terms.training = request.training;
    terms.training[&TrainingConfig::length] = settle_length(request);
    terms.validate_every = request.validate_every;
    terms.command = request.command;
    return terms;
}

}  // namespace

Comparison new_comparison(const ComparisonRequest& request) {
    return {.terms = terms_of(request), .equal = request.equal.value_or(Equal::parameters)};
}

void require_same_terms(const ComparisonRequest& request, const Comparison& comparison) {
    const auto& terms = comparison.terms;
    if (request.equal && *request.equal != comparison.equal)
        refuse_change("equal", format_value(comparison.equal), format_value(*request.equal));
    const auto& sizes = comparison.sizes;
    if (request.parameters && (!sizes || request.parameters != sizes->parameters)) {
        refuse_change("parameters", sizes ? format_count(sizes->parameters) : "not equal",
                      format_count(*request.parameters));
    }
    require_same(request.decoding, terms.decoding);
    require_same(request.text, terms.text);
    require_same(request.architecture, terms.architecture);
    require_same(request.training, terms.training);
    require_same("validate-every", request.validate_every, terms.validate_every);
    require_same("validation-fraction", request.validation_fraction, terms.validation_fraction);
    if (request.validation && !terms.validation)
        refuse_change("validation", "not given", "a text of its own");
}

ComparedText compared_text(const TrainingText& text) {
    const auto record = text.record();
    return {
        .fingerprint = to_hex(record.fingerprint),
        .validation_fingerprint = record.validation ? to_hex(record.validation->fingerprint) : "",
        .training_characters = record.training_characters,
        .validation_characters = record.validation_characters};
}

void require_same_text(const ComparedText& now, const ComparedText& then) {
    const auto refuse_text = [](std::string_view what, std::uint64_t was, std::uint64_t is) {
        throw UsageError(fmt::format(
            "{} is not the one of this comparison: {} characters then, {} now, or other contents. "
            "Give the same text, or name another --folder.",
            what, format_count(was), format_count(is)));
    };
    if (now.fingerprint != then.fingerprint)
        refuse_text("The text", then.training_characters, now.training_characters);
    if (now.validation_fingerprint != then.validation_fingerprint) {
        refuse_text("The text to validate on", then.validation_characters,
                    now.validation_characters);
    }
}

TrainingRequest training_request(const Comparison& comparison, const ComparedCell& cell,
                                 std::uint64_t seed) {
    using Model = LanguageModelConfig;
    auto request = comparison.terms;
    for (const auto size : {&Model::layers, &Model::hidden_size})
        request.architecture[size] = cell.model.*size;
    request.architecture[&Model::cell] = cell.model.cell;
    // What a plan chose for the first seed holds for all; what nobody chose is left out.
    for_each_setting<TrainingConfig>([&](const auto& setting) {
        const auto& value = cell.training.*setting.field;
        const bool planned = setting.planned || setting.name == "warmup";
        if (planned || value != TrainingConfig{}.*setting.field)
            request.training[setting.field] = value;
    });
    request.training[&TrainingConfig::seed] = seed;
    return request;
}

}  // namespace carousel
