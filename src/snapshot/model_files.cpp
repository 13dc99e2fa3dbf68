#include "snapshot/model_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"

// Names first, then moving a model aside, then thinning out its step files, then looking for the
// newest one. No file is opened here: names and times say everything.

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_extension = ".carousel", k_resume = ".resume",
                           k_previous = ".previous", k_step = ".step-";

[[noreturn]] void fail(std::string_view action, const fs::path& path,
                       const std::error_code& error) {
    throw InputError(fmt::format("Cannot {} {}: {}. Check the permissions of its folder.", action,
                                 shown_path(path), error.message()));
}

std::string_view without(std::string_view text, std::string_view ending) {
    if (text.ends_with(ending)) text.remove_suffix(ending.size());
    return text;
}

/// N of a text that is `.step-N`.
std::optional<std::uint64_t> step_of(std::string_view text) {
    if (!text.starts_with(k_step)) return std::nullopt;
    text.remove_prefix(k_step.size());
    std::uint64_t step = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return step;
}

bool is_companion(std::string_view stem) {
    const auto dot = stem.rfind(k_step);
    return stem.ends_with(k_resume) || stem.ends_with(k_previous) ||
           (dot != std::string_view::npos && step_of(stem.substr(dot)));
}

struct FoundFile {
    fs::file_time_type written;
    std::uint64_t step = 0;
    fs::path path;

    bool operator<(const FoundFile& other) const {
        return std::tie(written, step, path) < std::tie(other.written, other.step, other.path);
    }
};

/// Calls `visit(stem, file)` for each `stem.carousel` right in `folder`. A file that vanishes
/// meanwhile, or whose time cannot be read, is none.
template <typename Visit>
void for_each_model(const fs::path& folder, Visit visit) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().native();
        const std::string_view stem = without(name, k_extension);
        std::error_code unknown;
        if (stem.empty() || stem.size() == name.size() || !entry->is_regular_file(unknown))
            continue;
        const auto written = entry->last_write_time(unknown);
        if (!unknown) visit(stem, FoundFile{written, 0, entry->path()});
    }
}

}  // namespace

ModelFiles::ModelFiles(const fs::path& path)
    : stem_(without(without(path.native(), k_extension), k_resume)) {
    best_ = path.native().ends_with(k_extension) ? with(k_extension) : path;
}

fs::path ModelFiles::with(std::string_view ending) const {
    return fs::path(fmt::format("{}{}", stem_, ending));
}

fs::path ModelFiles::resume() const {
    return with(fmt::format("{}{}", k_resume, k_extension));
}

fs::path ModelFiles::step(std::uint64_t step) const {
    return with(fmt::format("{}{}{}", k_step, step, k_extension));
}

fs::path ModelFiles::log() const {
    return with(".log.jsonl");
}

fs::path ModelFiles::lock() const {
    return with(".lock");
}

ModelFiles ModelFiles::previous() const {
    return ModelFiles(with(fmt::format("{}{}", k_previous, k_extension)));
}

bool ModelFiles::move_to_previous() const {
    const ModelFiles target = previous();
    bool moved = false;
    // The best last: until then `generate` still finds the model under its name.
    for (const auto& [from, to] :
         {std::pair(log(), target.log()), std::pair(resume(), target.resume()),
          std::pair(best(), target.best())}) {
        std::error_code error;
        fs::rename(from, to, error);
        if (error && error != std::errc::no_such_file_or_directory) fail("move", from, error);
        if (!error && from != log()) moved = true;
    }
    if (moved) flush_folder(best_.has_parent_path() ? best_.parent_path() : fs::path("."));
    return moved;
}

void ModelFiles::prune_steps(std::size_t keep) const {
    if (keep < 1) throw std::logic_error("prune_steps: at least one file is kept");
    const std::string name = fs::path(stem_).filename().native();
    std::vector<FoundFile> files;
    for_each_model(best_.has_parent_path() ? best_.parent_path() : fs::path("."),
                   [&](std::string_view stem, FoundFile file) {
                       if (!stem.starts_with(name)) return;
                       if (const auto step = step_of(stem.substr(name.size()))) {
                           file.step = *step;
                           files.push_back(std::move(file));
                       }
                   });
    std::sort(files.begin(), files.end());
    for (std::size_t i = 0; i + keep < files.size(); ++i) {
        std::error_code error;
        fs::remove(files[i].path, error);
        if (error) fail("remove", files[i].path, error);
    }
}

std::optional<fs::path> newest_model(const fs::path& folder) {
    std::optional<FoundFile> newest;
    for_each_model(folder, [&](std::string_view stem, FoundFile file) {
        if (!is_companion(stem) && (!newest || *newest < file)) newest = std::move(file);
    });
    if (!newest) return std::nullopt;
    return newest->path;
}

}  // namespace carousel
