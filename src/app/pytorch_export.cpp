#include "app/pytorch_export.hpp"

#include <fmt/format.h>

#include "app/output_files.hpp"
#include "app/pytorch_metadata.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/replace_file.hpp"
#include "base/shown_path.hpp"
#include "interchange/pytorch_layout.hpp"
#include "interchange/safetensors.hpp"
#include "snapshot/ready_models.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

void require_expressible(const std::filesystem::path& file, const LanguageModelConfig& model) {
    const auto reason = reason_against_pytorch(model);
    if (!reason) return;
    throw UsageError(fmt::format(
        "{} cannot be computed by PyTorch's own layers: {}. Models of --cell lstm, cifg, gru and rnn "
        "can. Train one of these, or read the model file itself: docs/snapshot_format.md says every "
        "byte, docs/model.md every equation, and tests/second_reader does both in Python.",
        shown_path(file), *reason));
}

/// Reads back what was written, before it gets its name.
void verify(const std::filesystem::path& beside, const std::vector<NamedTensor>& tensors) {
    try {
        const Safetensors written(read_file(beside));
        for (const auto& tensor : tensors)
            if (written.tensor(tensor.name) != tensor) throw std::invalid_argument("it differs");
    } catch (const std::invalid_argument& error) {
        throw InputError(
            fmt::format("What was written to {} reads back wrong: {}. Is the disk sound?",
                        shown_path(beside), error.what()));
    }
}

}  // namespace

PytorchExport export_to_pytorch(const std::filesystem::path& file,
                                const std::optional<std::filesystem::path>& output) {
    PytorchExport written{.file = output.value_or(made_of(file)), .notes = {}};
    if (!output) written.file.replace_extension(".safetensors");
    require_new_file(written.file, {file});
    auto snapshot = load_snapshot(file);
    if (!take_backward_net(snapshot).empty())
        written.notes.emplace_back(
            "Its forward net alone is written: the layout has no place for a second one.");
    require_expressible(file, snapshot.model);
    const auto tensors = to_pytorch(snapshot.model, snapshot.weights);
    const auto metadata = metadata_of(snapshot);
    replace_file(
        written.file, OwnFile::safetensors,
        [&](const WriteBytes& write) { write_safetensors(metadata, tensors, write); },
        [&](const std::filesystem::path& beside) { verify(beside, tensors); });
    if (snapshot.model.cell == CellKind::cifg)
        written.notes.emplace_back(
            "Its cell, cifg, is written as the nn.LSTM that computes the same.");
    if (sums_layers(snapshot.model))
        written.notes.emplace_back(
            "Its output layer reads the sum of all layers' outputs, which no module of PyTorch gives: "
            "docs/interoperate.md has the few lines that do.");
    if (snapshot.precision == Precision::int8)
        written.notes.emplace_back(
            "Its 8-bit weights are written as the floats that they stand for.");
    return written;
}

}  // namespace carousel
