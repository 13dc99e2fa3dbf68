#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "app/training_request.hpp"
#include "base/file_lock.hpp"
#include "snapshot/model_files.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// The folder of a model, made with those around it if it is missing, and removed again if nothing
/// came into it.
class NewFolder {
public:
    explicit NewFolder(std::filesystem::path path);
    ~NewFolder();
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    std::vector<std::filesystem::path> made_;  // the innermost first
};

/// The files of a training, which belong to it as long as the object lives: no other one can write
/// them meanwhile, and none of them is a file of somebody else.
class TrainingFiles {
public:
    /// Throws: UsageError when a file of the request would be overwritten, InputError when another
    /// training writes this model.
    explicit TrainingFiles(const TrainingRequest& request);

    const ModelFiles& model() const { return model_; }
    const std::filesystem::path& folder() const { return folder_->path(); }  ///< also for scratch

    /// Refuses a report that would replace what the run reads besides what the request names.
    /// Throws: UsageError.
    void require_report(const TrainingRequest& request,
                        std::vector<std::filesystem::path> kept) const;

    /// Moves what is left of earlier trainings out of the way, with their report. Returns where it
    /// is now; absent where there was nothing.
    std::optional<ModelFiles> make_room() const;

private:
    ModelFiles model_;
    std::optional<std::filesystem::path> report_;
    std::optional<NewFolder> folder_;
    std::optional<FileLock> lock_;
};

/// The model file that a training is asked to write: the one named, else `models/NAME.carousel`
/// after the first corpus.
std::filesystem::path model_path(const TrainingRequest& request);

/// The snapshot that a training starts from, if any; `request.from` is the file. Throws: InputError
/// and SnapshotError.
std::optional<Snapshot> load_start(const TrainingRequest& request, const ModelFiles& files);

}  // namespace carousel
