#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "snapshot/format_version.hpp"
#include "snapshot/snapshot.hpp"
#include "snapshot/stored_symbol.hpp"
#include "text/characters.hpp"
#include "text/text_descriptions.hpp"

// The grammar of a snapshot: which fields each record has, in the order of the file, and what each
// number and text of them may be. Three read it: the archive that writes, the one that reads
// (archive.cpp), and the check of ranges (ranges.cpp). A change here is a new format version, and a
// change to `docs/snapshot_format.md`; a setting says itself in which version it came.

namespace carousel {

/// Texts of at most so many bytes.
struct TextRange {
    std::size_t longest;
};

/// The numbers of tensors: `require_valid` holds them against what the configuration implies, and
/// says which tensor is wrong.
struct AsParameters {};

/// A field of a record: its place, what messages call it, and what a file may say there.
template <class Record, class Value, class Range>
struct Field {
    Value Record::*place;
    std::string_view noun;
    Range range;
    std::uint64_t since = k_first_version;  ///< the version of the format that it came with
};

template <class Record, class Value, class Range>
constexpr Field<Record, Value, Range> field(Value Record::*place, std::string_view noun,
                                            Range range) {
    return {place, noun, range};
}

/// A record, a list of them, a word, a flag or a digest: nothing of its own to be held in a range.
template <class Record, class Value>
constexpr Field<Record, Value, NoRange> field(Value Record::*place,
                                              std::uint64_t since = k_first_version) {
    return {place, {}, {}, since};
}

/// The fields of a Record in the order of the file.
template <class Record>
inline constexpr std::tuple<> k_fields{};

template <class T>
concept Recorded = std::tuple_size_v<std::remove_const_t<decltype(k_fields<T>)>> >
0;

template <Recorded Record>
constexpr void for_each_field(auto&& visit) {
    std::apply([&](const auto&... each) { (visit(each), ...); }, k_fields<Record>);
}

/// Reads or writes the fields one after the other.
template <class Archive, Recorded Record>
void serialize(Archive& archive, Record& x, unsigned) {
    for_each_field<Record>([&](const auto& field) { archive& x.*field.place; });
}

/// Text, decoding, architecture and training: their settings, with the ranges of the descriptions,
/// as far as the version of the file has them.
template <class Archive, Described Config>
void serialize(Archive& archive, Config& x, unsigned) {
    for_each_setting<Config>([&](const auto& setting) {
        if (setting.since <= archive.version()) archive& x.*setting.field;
    });
}

/// The first version of the format that can say what the settings of `x` are: what it does not have
/// is at its default there.
template <Described Config>
std::uint64_t version_needed(const Config& x) {
    std::uint64_t version = k_first_version;
    const Config standard;
    for_each_setting<Config>([&](const auto& setting) {
        if (x.*setting.field != standard.*setting.field) version = std::max(version, setting.since);
    });
    return version;
}

// ---- ranges that several fields share

inline constexpr TextRange k_name{256}, k_path{4096};
inline constexpr WholeRange k_counter{0, k_most_steps};
inline constexpr WholeRange k_characters{0, 1'000'000'000'000'000};
inline constexpr RealRange k_time{.low = 0, .high = 1e12};
inline constexpr RealRange k_loss{.low = 0, .high = 1e50};
inline constexpr RealRange k_level{.low = -127, .high = 127};
inline constexpr RealRange k_scale{.low = 0, .high = std::numeric_limits<float>::max()};

// ---- the records

template <>
inline constexpr auto k_fields<Origin> = std::tuple{
    field(&Origin::name, "the name of a model it came from", k_path), field(&Origin::weights)};

template <>
inline constexpr auto k_fields<Symbol> =
    std::tuple{field(&Symbol::kind),
               field(&Symbol::text, "the text of a symbol", TextRange{k_longest_cluster})};

template <>
inline constexpr auto k_fields<StoredSymbol> =
    std::tuple{field(&StoredSymbol::kind),
               field(&StoredSymbol::text, "the text of a symbol", TextRange{k_longest_cluster})};

template <>
inline constexpr auto k_fields<TrainingLength> =
    std::tuple{field(&TrainingLength::kind),
               field(&TrainingLength::amount, "the length of the training",
                     RealRange{.low = 0, .high = static_cast<double>(k_most_steps)})};

template <>
inline constexpr auto k_fields<ValidationFile> =
    std::tuple{field(&ValidationFile::path, "the path of the validation text", k_path),
               field(&ValidationFile::fingerprint)};

template <>
inline constexpr auto k_fields<CorpusRecord> = std::tuple{
    field(&CorpusRecord::paths, "a path of the corpus", k_path),
    field(&CorpusRecord::fingerprint),
    field(&CorpusRecord::characters, "the number of characters", k_characters),
    field(&CorpusRecord::validation_fraction, "the validation fraction", k_below_one),
    field(&CorpusRecord::validation),
    field(&CorpusRecord::training_characters, "the number of characters to train", k_characters),
    field(&CorpusRecord::validation_characters, "the number of characters to validate",
          k_characters)};

template <>
inline constexpr auto k_fields<BestLoss> =
    std::tuple{field(&BestLoss::step, "the step of the best loss", k_counter),
               field(&BestLoss::loss, "the best loss", k_loss), field(&BestLoss::averaged)};

template <>
inline constexpr auto k_fields<HistoryRecord> =
    std::tuple{field(&HistoryRecord::step, "a step of the history", k_counter),
               field(&HistoryRecord::epoch, "an epoch of the history", k_counter),
               field(&HistoryRecord::seconds, "a time of the history", k_time),
               field(&HistoryRecord::training_loss, "a training loss of the history", k_loss),
               field(&HistoryRecord::has_validation),
               field(&HistoryRecord::validation_loss, "a validation loss of the history", k_loss),
               field(&HistoryRecord::learning_rate, "a learning rate of the history",
                     RealRange{.low = 0, .high = 10}),
               field(&HistoryRecord::averaged)};

template <>
inline constexpr auto k_fields<NamedTensor> =
    std::tuple{field(&NamedTensor::name, "the name of a tensor", k_name),
               field(&NamedTensor::shape, {}, AsParameters{}),
               field(&NamedTensor::values, {}, AsParameters{})};

template <>
inline constexpr auto k_fields<QuantizedTensor> =
    std::tuple{field(&QuantizedTensor::name, "the name of an 8-bit tensor", k_name),
               field(&QuantizedTensor::shape, {}, AsParameters{}),
               field(&QuantizedTensor::scales, "a scale of an 8-bit tensor", k_scale),
               field(&QuantizedTensor::levels, "a level of an 8-bit tensor", k_level)};

template <>
inline constexpr auto k_fields<TrainingState> = std::tuple{
    field(&TrainingState::step, "the step of the state", k_counter),
    field(&TrainingState::epoch, "the epoch of the state", k_counter),
    field(&TrainingState::window_in_epoch, "the window in the epoch", k_counter),
    field(&TrainingState::seconds, "the time used", k_time),
    field(&TrainingState::learning_rate_scale, "the scale of the learning rate", RealRange{}),
    field(&TrainingState::divergences, "the number of divergences", WholeRange{0, 1000}),
    field(&TrainingState::smoothed_loss, "the smoothed loss", k_loss),
    field(&TrainingState::first_moments),
    field(&TrainingState::second_moments),
    field(&TrainingState::averaged_weights),
    field(&TrainingState::hidden),
    field(&TrainingState::cell)};

template <>
inline constexpr auto k_fields<Snapshot> =
    std::tuple{field(&Snapshot::program, "the name of the program", k_name),
               field(&Snapshot::fine_tuned_from),
               field(&Snapshot::text),
               field(&Snapshot::decoding),
               field(&Snapshot::symbols),
               field(&Snapshot::model),
               field(&Snapshot::training),
               field(&Snapshot::corpus),
               field(&Snapshot::step, "the step", k_counter),
               field(&Snapshot::epoch, "the epoch", k_counter),
               field(&Snapshot::validation_loss, "the validation loss", k_loss),
               field(&Snapshot::best),
               field(&Snapshot::history),
               field(&Snapshot::precision),
               field(&Snapshot::weights),
               field(&Snapshot::quantized),
               field(&Snapshot::state),
               field(&Snapshot::teachers, 3)};

/// The alphabet stands in a file with what of it was seen, and what its bytes spelled.
template <class Archive>
void serialize_alphabet(Archive& archive, Snapshot& x) {
    std::vector<StoredSymbol> stored;
    if constexpr (Archive::is_saving::value) stored = stored_alphabet(x.symbols, x.repertoire);
    archive& stored;
    if constexpr (!Archive::is_saving::value)
        split_alphabet(std::move(stored), x.symbols, x.repertoire);
}

template <class Archive>
void serialize(Archive& archive, Snapshot& x, unsigned) {
    for_each_field<Snapshot>([&](const auto& field) {
        if (field.since > archive.version()) return;
        if constexpr (std::same_as<decltype(field.place), std::vector<Symbol> Snapshot::*>)
            serialize_alphabet(archive, x);
        else
            archive& x.*field.place;
    });
}

}  // namespace carousel
