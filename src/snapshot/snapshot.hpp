#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"
#include "model/quantization.hpp"
#include "model/training_config.hpp"
#include "model/training_state.hpp"
#include "text/repertoire.hpp"
#include "text/text_settings.hpp"
#include "text/vocabulary.hpp"

// The room snapshot keeps a model in a file: settings, alphabet, weights and, where it can be
// resumed, all that its training remembers. To be read in this order:
//
//     snapshot         the record: plain fields, and what they must fulfil (`require_valid`)
//     stored_symbol    the alphabet, with what of it a training has seen
//     fields           its grammar: fields, their order and the range of each, once for both ways
//     ranges           holds every number and text of a record against them
//     archive          numbers, words, texts, lists and records in bytes; the door to Boost
//     snapshot_file    the container around them (length, checksum, version), read and replaced
//     weights_hash     the fingerprint of a model
//     model_files      names of one model's files, and the moves; then found_model, ready_models
//
// What a file says is believed only when its checksum is right, every count fits into the bytes
// left, and `require_valid` has passed. `docs/snapshot_format.md` says every byte; a change of the
// grammar is a new version. Nothing here computes with a weight or knows an option.

namespace carousel {

/// A text of its own to validate on.
struct ValidationFile {
    std::string path;
    Sha256Digest fingerprint{};

    bool operator==(const ValidationFile&) const = default;
};

/// What a model was trained on.
struct CorpusRecord {
    std::vector<std::string> paths;  ///< as given to `train`
    Sha256Digest fingerprint{};      ///< `docs/text.md` defines it
    std::uint64_t characters = 0;
    double validation_fraction = 0.1;          ///< in [0, 1); 0 with a validation file
    std::optional<ValidationFile> validation;  ///< absent: a part of the corpus, or none
    std::uint64_t training_characters = 0, validation_characters = 0;

    bool operator==(const CorpusRecord&) const = default;
};

/// The lowest validation loss of a run and the step that had it.
struct BestLoss {
    std::uint64_t step = 0;
    double loss = 0;        ///< nats per character
    bool averaged = false;  ///< it is that of the averaged weights

    bool operator==(const BestLoss&) const = default;
};

/// A model that another one came from: whose weights it started from, or that taught it.
struct Origin {
    std::string name;
    Sha256Digest weights{};  ///< its `weights_sha256`

    bool operator==(const Origin&) const = default;
};

/// Everything a model file holds. With a training state it can be resumed, without it only used.
struct Snapshot {
    std::string program;  ///< name and version of the program that wrote it
    std::optional<Origin> fine_tuned_from;
    TextSettings text;
    DecodingSettings decoding;
    std::vector<Symbol> symbols;           ///< of the vocabulary, in id order
    std::optional<Repertoire> repertoire;  ///< what training taught to write; absent: unknown
    LanguageModelConfig model;
    TrainingConfig training;
    CorpusRecord corpus;
    std::uint64_t step = 0, epoch = 0;      ///< of these weights
    std::optional<double> validation_loss;  ///< of these weights, nats per character
    std::optional<BestLoss> best;           ///< of the run so far
    std::vector<HistoryRecord> history;
    Precision precision = Precision::float32;  ///< in which a file stores the matrices
    std::vector<NamedTensor> weights;          ///< in the order of `expected_parameters`
    std::vector<QuantizedTensor> quantized;    ///< empty but inside a file of precision int8
    std::optional<TrainingState> state;
    std::vector<Origin> teachers{};  ///< models that it learned from besides the text
};

/// Checks what a file from a stranger may get wrong: every size in its range, every tensor with the
/// name and shape that the configuration implies, every number finite, the vocabulary valid.
/// Throws: std::invalid_argument with a clause that says what is wrong.
void require_valid(const Snapshot& snapshot);

/// Makes a model of its forward net alone, without a state: what is of use to whoever reads texts
/// from their start. Returns the weights of its backward net, or none.
std::vector<NamedTensor> take_backward_net(Snapshot& snapshot);

}  // namespace carousel
