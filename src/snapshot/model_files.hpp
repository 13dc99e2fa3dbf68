#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace carousel {

/// The files of one model, all beside each other and named after it.
class ModelFiles {
public:
    /// From a --model path, `NAME.carousel`; `NAME.resume.carousel` names the same model.
    explicit ModelFiles(const std::filesystem::path& path);

    const std::filesystem::path& best() const { return best_; }  ///< NAME.carousel
    std::filesystem::path resume() const;                  ///< NAME.resume.carousel, the newest
    std::filesystem::path step(std::uint64_t step) const;  ///< NAME.step-12000.carousel
    std::filesystem::path log() const;                     ///< NAME.log.jsonl
    std::filesystem::path lock() const;                    ///< NAME.lock
    ModelFiles previous() const;  ///< the model before this one: NAME.previous.*

    /// Moves best, resume and log to `previous()`, so that a new training cannot overwrite them.
    /// Whatever is missing is left alone, there and here. Returns whether there was a model.
    ///
    /// Law: killed at any instant, each file stands whole under one of its two names; moving again
    /// completes it. A new run then saves best before resume: a kill between leaves a resume file
    /// that is older than the best, whose steps come again bit for bit, never a best that a resume
    /// file claims and that is not there.
    /// Throws: InputError naming the file that could not be moved.
    bool move_to_previous() const;

    /// Removes all step files but the `keep` last written. Range: keep ≥ 1.
    /// Throws: InputError naming the file that could not be removed.
    void prune_steps(std::size_t keep) const;

private:
    std::filesystem::path with(std::string_view ending) const;

    std::filesystem::path best_;
    std::string stem_;  // the path without `.carousel`
};

/// The model trained last among the files right in `folder`: `*.carousel` without the resume,
/// previous and step files. Absent where there is none, also when the folder is missing.
std::optional<std::filesystem::path> newest_model(const std::filesystem::path& folder);

}  // namespace carousel
