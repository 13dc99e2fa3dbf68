#include "app/loaded_model.hpp"

#include <fmt/format.h>

#include <span>
#include <system_error>
#include <utility>

#include "app/machines.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "data/documents.hpp"
#include "model/parameter.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/ready_models.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

// Multiplications of one step of all streams: below, a second thread costs more than it brings, and
// on a busy machine very much more.
constexpr std::int64_t k_work_worth_sharing = 16'000'000;

// The same where many symbols are read in one call: products over all of them are shared well.
constexpr std::int64_t k_reading_worth_sharing = 1'000'000;

constexpr std::uint64_t k_longest_text = std::uint64_t{1} << 30;  // bytes of a single document

LoadedModel made_ready(Snapshot snapshot) {
    Tokenizer tokenizer(snapshot.text, Vocabulary(std::move(snapshot.symbols)),
                        snapshot.repertoire);
    auto backward = take_backward_net(snapshot);
    return {std::move(snapshot), std::move(tokenizer), std::move(backward)};
}

}  // namespace

LoadedModel load_model(const std::filesystem::path& path) {
    return made_ready(load_snapshot(path));
}

LoadedModel load_model(std::span<const std::byte> bytes, const std::filesystem::path& name) {
    return made_ready(load_snapshot(bytes, name));
}

OwnModel model_on_threads(int threads, const LanguageModelConfig& config,
                          std::span<const NamedTensor> weights) {
    auto machine = make_machine(threads);
    auto model = machine->model(config, weights);
    return {std::move(machine), std::move(model)};
}

std::string read_text(const std::filesystem::path& path, Unit unit,
                      const DecodingSettings& decoding) {
    std::error_code none;
    auto scratch_folder = std::filesystem::temp_directory_path(none);
    if (none) scratch_folder = ".";
    const auto list = find_documents(
        {path.native()},
        {.scratch_folder = scratch_folder, .decoding = decoding, .raw = unit == Unit::byte});
    std::string text;
    for (const Document& document : list.documents) {
        if (document.size > k_longest_text) {
            throw InputError(fmt::format("Cannot read {}: it is longer than the {} bytes allowed.",
                                         shown_name(document), k_longest_text));
        }
        text += text_of(document, decoding, unit);
    }
    return text;
}

std::string read_prompt(const std::filesystem::path& path, Unit unit,
                        const DecodingSettings& decoding) {
    auto text = read_text(path, unit, decoding);
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

int threads_for(const LanguageModelConfig& model, std::int64_t streams, std::optional<int> wanted) {
    if (wanted) return *wanted;
    const bool much = parameter_count(model) * streams >= k_work_worth_sharing;
    return much ? default_threads() : 1;
}

int threads_to_read(const LanguageModelConfig& model, std::optional<int> wanted) {
    if (wanted) return *wanted;
    return parameter_count(model) >= k_reading_worth_sharing ? default_threads() : 1;
}

std::filesystem::path default_model() {
    if (auto model = newest_model("models")) return *model;
    if (auto model = first_ready_model()) return *model;
    throw UsageError(
        "There is no model under models/ in this folder. Name the file of one, or train one: "
        "`carousel train` learns from the text that comes with the program in two minutes.");
}

std::filesystem::path find_model(const std::optional<std::filesystem::path>& named,
                                 const TellWork& tell) {
    auto path = named ? model_file(*named) : default_model();
    if (!named && is_ready_model(path)) {
        tell(
            Note{fmt::format("Model: {}, which comes with Carousel. `carousel train FILE` makes "
                             "one of a text of your own, `carousel models` lists all.",
                             shown_path(path.stem()))});
    } else if (!named || path.parent_path() != named->parent_path()) {
        tell(Note{fmt::format("Model: {}", shown_path(path))});
    }
    if (const auto slow = slowness_of_machine()) tell(Warning{*slow});
    return path;
}

}  // namespace carousel
