#include "app/training_files.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "app/model_name.hpp"
#include "app/output_files.hpp"
#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "snapshot/snapshot_file.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace fs = std::filesystem;

namespace {

// What the user reads in this run, as far as the request names it.
std::vector<fs::path> read_by(const TrainingRequest& request) {
    std::vector<fs::path> read(request.corpus.begin(), request.corpus.end());
    if (request.validation) read.emplace_back(*request.validation);
    for (const auto& teacher : request.teachers) read.push_back(model_file(teacher));
    return read;
}

void require_name_of_model(const fs::path& path) {
    const auto refuse = [&](std::string_view why) {
        throw UsageError(fmt::format("--model cannot write {}: {}.", shown_path(path), why));
    };
    std::error_code unknown;
    const auto name = path.filename();
    if (name.empty() || name == "." || name == ".." || fs::is_directory(path, unknown))
        refuse("it is a folder. Name a file in it, as NAME.carousel");
}

// A new training would write among the files of another model.
void require_own_name(const fs::path& path) {
    const ModelFiles files(path);
    if (!is_companion_name(files.best())) return;
    throw UsageError(
        fmt::format("--model cannot write {}: names that end so are those of a model's own files, "
                    "kept steps or earlier ones. Name another file. To start from the weights of "
                    "this one, name it with --from.",
                    shown_path(files.best())));
}

// Before anything long is begun: no file of the user's is overwritten, nor moved away as if it were
// the model that was there before.
ModelFiles own_files(const TrainingRequest& request) {
    const auto path = model_path(request);
    require_name_of_model(path);
    if (!request.resume) require_own_name(path);
    const ModelFiles files(path);
    const auto read = read_by(request);
    // A name without the ending may be that of a text, by mistake.
    require_output_file("model", path, OwnFile::model, read);
    require_output_file("model", files.best(), OwnFile::model, read);
    require_output_file("model", files.resume(), OwnFile::model, read);
    require_output_file("model", files.log(), OwnFile::log, read);
    for (const auto& other : read) {
        if (is_same_file(files.lock(), other)) {
            throw UsageError(
                fmt::format("--model would make {}, which this command reads. Name another file.",
                            shown_path(files.lock())));
        }
    }
    return files;
}

FileLock lock(const ModelFiles& files) {
    auto lock = FileLock::try_acquire(files.lock());
    if (lock) return std::move(*lock);
    throw InputError(
        fmt::format("Another training is writing {}: its lock {} is held. Wait for it to end, or "
                    "choose another --model.",
                    printable(files.best().string()), printable(files.lock().string())));
}

}  // namespace

NewFolder::NewFolder(fs::path path) : path_(std::move(path)) {
    for (auto folder = fs::absolute(path_); !fs::exists(folder); folder = folder.parent_path())
        made_.push_back(folder);
    fs::create_directories(path_);
}

NewFolder::~NewFolder() {
    std::error_code not_empty;
    for (const auto& folder : made_) fs::remove(folder, not_empty);
}

TrainingFiles::TrainingFiles(const TrainingRequest& request)
    : model_(own_files(request)), report_(request.report) {
    require_report(request, read_by(request));
    folder_.emplace(model_.folder());
    lock_.emplace(lock(model_));
}

void TrainingFiles::require_report(const TrainingRequest& request,
                                   std::vector<fs::path> kept) const {
    if (!report_) return;
    kept.insert(kept.end(), {model_.best(), model_.resume(), model_.log(), model_.lock()});
    if (request.from) kept.push_back(*request.from);
    require_output_file("report", *report_, OwnFile::report, kept);
}

std::optional<ModelFiles> TrainingFiles::make_room() const {
    const bool earlier = report_ && own_file_at(*report_) == OwnFile::report;
    return model_.move_to_previous(earlier ? report_ : std::nullopt);
}

fs::path model_path(const TrainingRequest& request) {
    if (request.model) return *request.model;
    const auto name = request.corpus.empty() ? "verse" : model_name(request.corpus.front());
    return fs::path("models") / (name + ".carousel");
}

std::optional<Snapshot> load_start(const TrainingRequest& request, const ModelFiles& files) {
    if (request.from) return load_snapshot(*request.from);
    if (!request.resume) return std::nullopt;
    if (!fs::exists(files.resume())) {
        throw InputError(
            fmt::format("There is nothing to resume: {} does not exist. Name the model with "
                        "--model, or leave --resume out to start it.",
                        printable(files.resume().string())));
    }
    auto snapshot = load_snapshot(files.resume());
    if (!snapshot.state) {
        throw SnapshotError(
            fmt::format("{} holds no training state, so it cannot be resumed. Use it with --from "
                        "to start a new training from its weights.",
                        printable(files.resume().string())));
    }
    return snapshot;
}

}  // namespace carousel
