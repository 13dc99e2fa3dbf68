#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace carousel {

// The models that come with the program. They are named as people speak of them, `shakespeare`; a
// file or a trained model of that name comes before (`model_file`).

/// The folder in which they are: that of the environment variable CAROUSEL_READY_MODELS, else
/// `models/ready` of the checkout that the running code was built in, or `share/carousel/models` of
/// where it is installed. Absent where there is none.
std::optional<std::filesystem::path> ready_folder();

/// The file of the ready model of this name, with the ending or without; absent where there is
/// none.
std::optional<std::filesystem::path> ready_model(std::string_view name);

/// Whether this is a file in the folder of the ready models, into which nothing is written.
bool is_ready_model(const std::filesystem::path& file);

/// The name of a model made of `file` if none is given: itself, which gets another ending; of a
/// ready model in the current folder.
std::filesystem::path made_of(const std::filesystem::path& file);

}  // namespace carousel
