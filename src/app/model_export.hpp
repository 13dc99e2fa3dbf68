#pragma once

#include <filesystem>
#include <optional>

#include "model/quantization.hpp"

namespace carousel {

/// Writes a model without its training state, its weights in this precision. `output`, absent:
/// NAME.PRECISION.carousel beside `file`, of a ready model in the current folder. Returns where it
/// is. Throws: UsageError, InputError and SnapshotError, also where a file stands already.
std::filesystem::path export_model_file(const std::filesystem::path& file,
                                        const std::optional<std::filesystem::path>& output,
                                        Precision precision);

}  // namespace carousel
