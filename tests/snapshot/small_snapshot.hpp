#pragma once

#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.hpp"
#include "cpu/parameter.hpp"
#include "snapshot/archive.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// Tensors of the parameters' shapes with numbers that are all different.
inline std::vector<NamedTensor> numbered_tensors(const LanguageModelConfig& config, float first) {
    auto tensors = expected_parameters(config);
    for (NamedTensor& tensor : tensors) {
        std::size_t count = 1;
        for (const auto size : tensor.shape) count *= static_cast<std::size_t>(size);
        for (std::size_t i = 0; i < count; ++i) tensor.values.push_back(first += 0.001F);
    }
    return tensors;
}

/// A snapshot with every field set, as small as one can be.
inline Snapshot small_snapshot() {
    const LanguageModelConfig model{.vocabulary_size = 3,
                                    .layers = 1,
                                    .hidden_size = 1,
                                    .embedding_size = 2,
                                    .forget_bias = 1.5F,
                                    .output_input = OutputInput::sum};
    const NamedTensor carried{"hidden", {1, 2, 1}, {0.25F, -0.5F}};
    return Snapshot{
        .program = "carousel 0",
        .fine_tuned_from = Origin{"old.carousel", Sha256Digest{7}},
        .text = {.unit = Unit::codepoint,
                 .normalization = Normalization::nfkc,
                 .newlines = Newlines::keep,
                 .min_count = 2},
        .decoding = {.encoding = "latin1", .invalid = InvalidInput::replace},
        .symbols = {{SymbolKind::separator, ""},
                    {SymbolKind::character, "a"},
                    {SymbolKind::character, "ß"}},
        .repertoire = Repertoire{.unseen = {0}, .spelled = {}},
        .model = model,
        .training = {.batch_size = 2,
                     .window = 5,
                     .length = {LengthKind::epochs, 3},
                     .learning_rate = 0.125F,
                     .warmup = 9,
                     .schedule = Schedule::linear,
                     .final_learning_rate = 0.25F,
                     .dropout_recurrent = 0.375F,
                     .dropout_mask = DropoutMask::step,
                     .recurrent_gradient = RecurrentGradient::states,
                     .average = 0.875F,
                     .reset_probability = 0.625F,
                     .patience = 4,
                     .seed = 11},
        .corpus = {.paths = {"a.txt", "-"},
                   .fingerprint = {1, 2, 3},
                   .characters = 100,
                   .validation_fraction = 0.25,
                   .validation = ValidationFile{"v.txt", {4, 5}},
                   .training_characters = 75,
                   .validation_characters = 25},
        .step = 12,
        .epoch = 1,
        .validation_loss = 1.25,
        .best = BestLoss{10, 1.125, true},
        .history = {{.step = 5, .seconds = 0.5, .training_loss = 2, .learning_rate = 0.1},
                    {.step = 10,
                     .epoch = 1,
                     .seconds = 1.5,
                     .training_loss = 1.5,
                     .validation_loss = 1.125,
                     .has_validation = true,
                     .averaged = true,
                     .learning_rate = 0.05}},
        .precision = Precision::float32,
        .weights = numbered_tensors(model, 1),
        .quantized = {},
        .state = TrainingState{.step = 12,
                               .epoch = 1,
                               .window_in_epoch = 2,
                               .seconds = 2.5,
                               .learning_rate_scale = 0.5F,
                               .divergences = 1,
                               .smoothed_loss = 1.375,
                               .first_moments = numbered_tensors(model, -3),
                               .second_moments = numbered_tensors(model, 5),
                               .averaged_weights = numbered_tensors(model, 7),
                               .hidden = carried,
                               .cell = {"cell", carried.shape, {2, 3}}}};
}

/// The bytes of a record.
template <typename Record>
std::string encoded(const Record& record) {
    std::string bytes;
    write_record(record, [&](std::span<const std::byte> part) {
        bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
    });
    return bytes;
}

/// A number as the format stores it, written out once more by hand.
inline std::string little_endian(std::uint64_t value, std::size_t size = 8) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFF);
    return bytes;
}

/// A file with a right checksum around any content.
inline std::string framed(const std::string& payload, std::uint64_t version = 1,
                          std::string kind = "language model") {
    kind.resize(16, '\0');
    std::string bytes =
        "\x89"
        "CRSL\r\n\x1a" +
        little_endian(version) + kind + little_endian(payload.size()) + payload;
    Sha256 hash;
    hash.update(bytes);
    const Sha256Digest digest = hash.finish();
    return bytes.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

}  // namespace carousel
