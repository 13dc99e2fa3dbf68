#pragma once

#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "snapshot/snapshot.hpp"
#include "text/text_descriptions.hpp"

namespace carousel {

// The grammar of a snapshot: which fields each record has, in the order of the file, for both
// directions. A change here is a new format version, and a change to `docs/snapshot_format.md`.

/// Reads or writes the fields one after the other.
template <class Archive, class... Fields>
void fields(Archive& archive, Fields&... field) {
    (archive & ... & field);
}

/// Text, decoding, architecture and training: their settings in the order of the descriptions.
template <class Archive, Described Config>
void serialize(Archive& archive, Config& x, unsigned) {
    for_each_setting<Config>([&](const auto& setting) { archive& x.*setting.field; });
}

template <class Archive>
void serialize(Archive& archive, Origin& x, unsigned) {
    fields(archive, x.name, x.weights);
}

template <class Archive>
void serialize(Archive& archive, Symbol& x, unsigned) {
    fields(archive, x.kind, x.text);
}

template <class Archive>
void serialize(Archive& archive, TrainingLength& x, unsigned) {
    fields(archive, x.kind, x.amount);
}

template <class Archive>
void serialize(Archive& archive, ValidationFile& x, unsigned) {
    fields(archive, x.path, x.fingerprint);
}

template <class Archive>
void serialize(Archive& archive, CorpusRecord& x, unsigned) {
    fields(archive, x.paths, x.fingerprint, x.characters, x.validation_fraction, x.validation,
           x.training_characters, x.validation_characters);
}

template <class Archive>
void serialize(Archive& archive, BestLoss& x, unsigned) {
    fields(archive, x.step, x.loss, x.averaged);
}

template <class Archive>
void serialize(Archive& archive, HistoryRecord& x, unsigned) {
    fields(archive, x.step, x.epoch, x.seconds, x.training_loss, x.has_validation,
           x.validation_loss, x.learning_rate, x.averaged);
}

template <class Archive>
void serialize(Archive& archive, NamedTensor& x, unsigned) {
    fields(archive, x.name, x.shape, x.values);
}

template <class Archive>
void serialize(Archive& archive, TrainingState& x, unsigned) {
    fields(archive, x.step, x.epoch, x.window_in_epoch, x.seconds, x.learning_rate_scale,
           x.divergences, x.smoothed_loss, x.first_moments, x.second_moments, x.averaged_weights,
           x.hidden, x.cell);
}

template <class Archive>
void serialize(Archive& archive, QuantizedTensor& x, unsigned) {
    fields(archive, x.name, x.shape, x.scales, x.levels);
}

template <class Archive>
void serialize(Archive& archive, Snapshot& x, unsigned) {
    fields(archive, x.program, x.fine_tuned_from, x.text, x.decoding, x.symbols, x.model,
           x.training, x.corpus, x.step, x.epoch, x.validation_loss, x.best, x.history, x.precision,
           x.weights, x.quantized, x.state);
}

}  // namespace carousel
