#include "app/training_files.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "app/output_files.hpp"
#include "base/error.hpp"
#include "snapshot/snapshot_file.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace fs = std::filesystem;

namespace {

// The name that a corpus gives to its model.
std::string model_name(const std::string& corpus) {
    if (corpus == "-") return "stdin";
    auto path = fs::absolute(corpus).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    const auto stem = path.stem().string();
    return stem.empty() ? "model" : stem;
}

// Before anything long is begun: no file of the user's is overwritten, nor moved away as if it were
// the model that was there before.
ModelFiles own_files(const TrainingRequest& request) {
    const ModelFiles files(model_path(request));
    std::vector<fs::path> read(request.corpus.begin(), request.corpus.end());
    if (request.validation) read.emplace_back(*request.validation);
    for (const auto& path : {files.best(), files.resume(), files.log(), files.lock()})
        require_output_file("model", path, read);
    for (const auto& path : {files.best(), files.resume()}) {
        if (!request.resume && fs::exists(path) && !begins_like_snapshot(path)) {
            throw UsageError(fmt::format(
                "--model would replace {}, which is no model. Name another file, best with the "
                "ending .carousel.",
                shown_path(path)));
        }
    }
    if (request.report) {
        read.insert(read.end(), {files.best(), files.resume(), files.log(), files.lock()});
        if (request.from) read.push_back(*request.from);
        require_output_file("report", *request.report, read);
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

NewFolder::NewFolder(fs::path path)
    : path_(std::move(path)), made_(fs::create_directories(path_)) {}

NewFolder::~NewFolder() {
    std::error_code not_empty;
    if (made_) fs::remove(path_, not_empty);
}

TrainingFiles::TrainingFiles(const TrainingRequest& request)
    : model_(own_files(request)),
      folder_(model_.best().has_parent_path() ? model_.best().parent_path() : fs::path(".")),
      lock_(lock(model_)) {}

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
