#include "app/pytorch_import.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "app/output_files.hpp"
#include "app/pytorch_metadata.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/shown_input.hpp"
#include "interchange/safetensors.hpp"
#include "snapshot/snapshot_file.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view why) {
    throw InputError(fmt::format("{} cannot be imported: {}.", shown_input(file), printable(why)));
}

void require_foreign(const std::filesystem::path& file) {
    if (own_file_at(file) == OwnFile::model) refuse(file, "it is a model of Carousel already");
    std::error_code unknown;
    if (std::filesystem::exists(file, unknown) && !std::filesystem::is_regular_file(file, unknown))
        refuse(file, "it is no regular file");
}

/// The content of a file, unless it is of a format that people take for this one.
std::string content_of(const std::filesystem::path& file) {
    auto content = read_file(file);
    if (content.starts_with("PK\x03\x04") || content.starts_with("\x80\x02"))
        refuse(
            file,
            "it is a pickle, which could run any program when it is read. Write its state_dict as "
            "safetensors; docs/interoperate.md has the few lines of Python that do");
    return content;
}

void require_own_alphabet(const ImportRequest& request) {
    const auto& [alphabet, vocabulary, text, separator, start] = request.alphabet;
    if (!alphabet && !vocabulary && !text && !separator && !start) return;
    throw UsageError(fmt::format(
        "{} says which symbols its model knows: leave --alphabet, --vocabulary, --text, --separator "
        "and --start out.",
        shown_input(request.file)));
}

/// The model of a file that Carousel wrote, and perhaps somebody has changed since.
Snapshot own_model(Snapshot snapshot, PytorchModel model, std::vector<std::string>& notes) {
    const auto told = snapshot.model;
    if (model.config.cell != told.cell && model.config.cell == CellKind::lstm)
        notes.push_back(fmt::format(
            "It was written from a model of --cell {}; its weights are those of an lstm by now.",
            format_value(told.cell)));
    snapshot.model = model.config;
    snapshot.model.forget_bias = told.forget_bias;
    snapshot.model.output_input = told.output_input;
    snapshot.weights = std::move(model.weights);
    snapshot.program = "carousel " CAROUSEL_VERSION ", from safetensors";
    return snapshot;
}

/// The model of a file by others.
Snapshot foreign_model(const ImportRequest& request, PytorchModel model,
                       std::vector<std::string>& notes) {
    auto alphabet =
        foreign_alphabet(request.alphabet, static_cast<std::size_t>(model.config.vocabulary_size));
    rearrange(alphabet, model.config, model.weights);
    notes.insert(notes.end(), alphabet.notes.begin(), alphabet.notes.end());
    Snapshot snapshot;
    snapshot.program = "carousel " CAROUSEL_VERSION ", from PyTorch";
    snapshot.text = alphabet.text;
    snapshot.symbols = std::move(alphabet.symbols);
    snapshot.repertoire = std::move(alphabet.repertoire);
    snapshot.model = model.config;
    snapshot.weights = std::move(model.weights);
    snapshot.corpus.paths = {request.alphabet.text ? request.alphabet.text->filename().string()
                                                   : "(unknown)"};
    return snapshot;
}

Snapshot snapshot_from(const ImportRequest& request, std::vector<std::string>& notes) {
    const Safetensors file(content_of(request.file));
    auto told = snapshot_of(file.metadata());
    if (told) require_own_alphabet(request);
    auto model = model_from_pytorch(
        file, request.names, request.ignore_others ? OtherTensors::ignore : OtherTensors::refuse);
    notes = model.notes;
    auto snapshot = told ? own_model(std::move(*told), std::move(model), notes)
                         : foreign_model(request, std::move(model), notes);
    require_valid(snapshot);
    return snapshot;
}

}  // namespace

ImportedModel import_from_pytorch(const ImportRequest& request) {
    ImportedModel imported{
        .file = request.output.value_or(request.file), .config = {}, .notes = {}};
    if (!request.output) {
        if (request.file == "-")
            throw UsageError(
                "Weights from standard input need --output, the file for their model.");
        imported.file.replace_extension(".carousel");
    }
    require_foreign(request.file);
    require_new_file(imported.file, {request.file});
    try {
        const auto snapshot = snapshot_from(request, imported.notes);
        imported.config = snapshot.model;
        save_snapshot(imported.file, snapshot);
    } catch (const std::invalid_argument& error) {
        refuse(request.file, error.what());
    }
    return imported;
}

}  // namespace carousel
