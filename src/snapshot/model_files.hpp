#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// The files of one model, all beside each other and named after it: its family. They are moved
/// and thinned out together, and no two names share one.
class ModelFiles {
public:
    /// From a --model path, `NAME.carousel` or `NAME`; `NAME.resume.carousel` names the same model.
    explicit ModelFiles(const std::filesystem::path& path);

    const std::filesystem::path& best() const { return best_; }  ///< NAME.carousel
    std::filesystem::path resume() const;                  ///< NAME.resume.carousel, the newest
    std::filesystem::path step(std::uint64_t step) const;  ///< NAME.step-12000.carousel
    std::filesystem::path log() const;                     ///< NAME.log.jsonl
    std::filesystem::path lock() const;                    ///< NAME.lock
    std::filesystem::path folder() const;                  ///< in which they all are

    /// An earlier model of this name: `NAME.previous.*`, then `NAME.previous-2.*` and so on.
    /// Range: number ≥ 1.
    ModelFiles previous(std::uint64_t number = 1) const;

    /// The step files that are there, in the order in which they were written. What has the name of
    /// one and is no model is none.
    std::vector<std::filesystem::path> steps() const;

    /// Moves the whole family out of the way of a new training: log, step files, `report` (to
    /// `REPORT.previous.html`), resume and best, to the first `previous` of which no name is taken.
    /// Returns where it went; absent where there was nothing.
    ///
    /// Law: nothing is replaced. Killed at any instant, each file stands whole under one of its two
    /// names; moving again completes it. A new run then saves best before resume: a kill between
    /// leaves a resume file that is older than the best, never a best that a resume file claims
    /// and that is not there. Throws: InputError naming the file that could not be moved.
    std::optional<ModelFiles> move_to_previous(
        const std::optional<std::filesystem::path>& report = std::nullopt) const;

    /// Moves the best file alone, to the first `previous` that has none. Returns its name then;
    /// absent where there was none. Throws: as `move_to_previous`.
    std::optional<std::filesystem::path> set_best_aside() const;

    /// Removes all step files but the `keep` last written. Range: keep ≥ 1.
    /// Throws: InputError naming the file that could not be removed.
    void prune_steps(std::size_t keep) const;

private:
    std::filesystem::path with(std::string_view ending) const;

    std::filesystem::path best_;
    std::string stem_;  // the path without `.carousel`
};

/// Whether a model of this name would stand among the files of another one: `x.resume`,
/// `x.previous-2`, `x.step-100`, with the ending or without.
bool is_companion_name(const std::filesystem::path& path);

/// The file that a --model path means to whoever reads it: itself or with the ending `.carousel`; a
/// plain name also means one in `models/`, else one of `ready_models.hpp`. Nothing found: `path`.
std::filesystem::path model_file(const std::filesystem::path& path);

/// The model trained last among the files right in `folder`: `*.carousel` without the resume,
/// previous and step files. A model that was trained there, as its resume file or log tells, comes
/// before all that were exported or copied. Absent where there is none, also when the folder is
/// missing.
std::optional<std::filesystem::path> newest_model(const std::filesystem::path& folder);

/// The model of `ready_models.hpp` that is meant where none is named and none was trained:
/// `shakespeare`, else the newest.
std::optional<std::filesystem::path> first_ready_model();

}  // namespace carousel
