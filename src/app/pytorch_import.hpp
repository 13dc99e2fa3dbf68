#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/foreign_alphabet.hpp"
#include "interchange/pytorch_reading.hpp"

namespace carousel {

/// A safetensors file that shall become a model.
struct ImportRequest {
    std::filesystem::path file;
    std::optional<std::filesystem::path> output;  ///< absent: NAME.carousel beside the file
    PytorchNames names;
    bool ignore_others = false;  ///< tensors that belong to no part of the model
    AlphabetSource alphabet;     ///< of a file that does not tell its own
};

/// What was made of it.
struct ImportedModel {
    std::filesystem::path file;
    LanguageModelConfig config;
    std::vector<std::string> notes;  ///< what was supplied or is not as usual, whole sentences
};

/// Reads weights in PyTorch's layout and writes a model file, which can be used, evaluated and
/// tuned
/// (`train --from`), and not resumed. A file that Carousel wrote becomes the model that it was, bit
/// for bit. Throws: InputError when the file cannot be read, is damaged or is no model that
/// Carousel has; UsageError when the alphabet is not told, or is told for a file that has one.
ImportedModel import_from_pytorch(const ImportRequest& request);

}  // namespace carousel
