#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/events.hpp"
#include "model/machine.hpp"
#include "model/model.hpp"
#include "snapshot/snapshot.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// A model file made ready for use.
struct LoadedModel {
    Snapshot snapshot;  ///< of its forward net, without training state, which would only take room
    Tokenizer tokenizer;
    std::vector<NamedTensor> backward{};  ///< weights of its backward net; empty: it has none
};

/// A model on a machine of its own.
struct OwnModel {
    std::unique_ptr<Machine> machine;
    std::unique_ptr<Model> model;
};
OwnModel model_on_threads(int threads, const LanguageModelConfig& config,
                          std::span<const NamedTensor> weights);

/// Throws: InputError and SnapshotError, as `load_snapshot` does.
LoadedModel load_model(const std::filesystem::path& path);

/// The same from what such a file holds; `name` stands for it in messages.
LoadedModel load_model(std::span<const std::byte> bytes, const std::filesystem::path& name);

/// The model that is meant when none is named: the one trained last under `models/`, else the first
/// of those that come with the program.
/// Throws: UsageError when there is none, saying how to get one.
std::filesystem::path default_model();

/// The file of the model that is meant: `named`, by any name of its family, or the default. It is
/// told where the name does not say it. A machine that computes slowly is told, too.
std::filesystem::path find_model(const std::optional<std::filesystem::path>& named,
                                 const TellWork& tell);

/// The text of a single document, packed and marked up ones too; for byte models its bytes. `-` is
/// standard input. Throws: InputError.
std::string read_text(const std::filesystem::path& path, Unit unit,
                      const DecodingSettings& decoding);

/// The same without the newline that ends a file, from which a text would not go on.
std::string read_prompt(const std::filesystem::path& path, Unit unit,
                        const DecodingSettings& decoding);

/// Threads that step `streams` streams of a model, one symbol each, the fastest: `wanted` if given.
int threads_for(const LanguageModelConfig& model, std::int64_t streams, std::optional<int> wanted);

/// The same for one stream whose symbols are known before, as those of a long prompt.
int threads_to_read(const LanguageModelConfig& model, std::optional<int> wanted);

}  // namespace carousel
