#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace carousel {

/// What was written.
struct PytorchExport {
    std::filesystem::path file;
    std::vector<std::string> notes;  ///< what its reader must know, whole sentences
};

/// Writes the model at `file` as a safetensors file in PyTorch's layout, to `output` or else beside
/// it under its name; weights of 8 bits as the floats that they stand for.
/// Throws: UsageError when PyTorch cannot compute the model, saying why and what else can be done;
/// InputError when there is a file already; as `load_snapshot` and `replace_file` do.
PytorchExport export_to_pytorch(const std::filesystem::path& file,
                                const std::optional<std::filesystem::path>& output);

}  // namespace carousel
