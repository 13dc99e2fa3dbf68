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
#include "base/own_file.hpp"
#include "base/replace_file.hpp"
#include "base/shown_path.hpp"
#include "snapshot/found_model.hpp"
#include "snapshot/ready_models.hpp"

// Names first, then moving a model aside, then thinning out its step files, then looking for the
// newest one. Names and times say nearly everything; what is removed is looked at first.

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_extension = ".carousel", k_resume = ".resume",
                           k_previous = ".previous", k_previous_number = ".previous-",
                           k_step = ".step-", k_log = ".log.jsonl";

[[noreturn]] void fail(std::string_view action, const fs::path& path,
                       const std::error_code& error) {
    throw InputError(fmt::format("Cannot {} {}: {}. Check the permissions of its folder.", action,
                                 shown_path(path), error.message()));
}

void move(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error) fail("move", from, error);
}

std::string_view without(std::string_view text, std::string_view ending) {
    if (text.ends_with(ending)) text.remove_suffix(ending.size());
    return text;
}

/// N of a text that is `PREFIXN`.
std::optional<std::uint64_t> number_after(std::string_view prefix, std::string_view text) {
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_companion(std::string_view stem) {
    const auto dot = stem.rfind('.');
    if (dot == std::string_view::npos) return false;
    const auto last = stem.substr(dot);
    return last == k_resume || last == k_previous || number_after(k_step, last) ||
           number_after(k_previous_number, last);
}

/// How the names of an earlier model end.
std::string previous_ending(std::uint64_t number) {
    if (number == 1) return std::string(k_previous);
    return fmt::format("{}{}", k_previous_number, number);
}

/// `a/b.html` with the ending `.x` before the last one: `a/b.x.html`.
fs::path with_ending(const fs::path& path, std::string_view ending) {
    auto name = path.stem();
    name += ending;
    name += path.extension();
    return fs::path(path).replace_filename(name);
}

/// Also a link that leads nowhere is there.
bool is_there(const fs::path& path) {
    std::error_code unknown;
    return fs::exists(fs::symlink_status(path, unknown));
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

ModelFiles::ModelFiles(const fs::path& path) : stem_(without(path.native(), k_extension)) {
    if (stem_.size() < path.native().size()) stem_ = without(stem_, k_resume);
    best_ = with(k_extension);
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
    return with(k_log);
}

fs::path ModelFiles::lock() const {
    return with(".lock");
}

fs::path ModelFiles::folder() const {
    return best_.has_parent_path() ? best_.parent_path() : fs::path(".");
}

ModelFiles ModelFiles::previous(std::uint64_t number) const {
    return ModelFiles(with(fmt::format("{}{}", previous_ending(number), k_extension)));
}

std::vector<fs::path> ModelFiles::steps() const {
    const std::string name = fs::path(stem_).filename().native();
    std::vector<FoundFile> files;
    for_each_model(folder(), [&](std::string_view stem, FoundFile file) {
        if (!stem.starts_with(name)) return;
        const auto step = number_after(k_step, stem.substr(name.size()));
        if (!step || own_file_at(file.path) != OwnFile::model) return;
        file.step = *step;
        files.push_back(std::move(file));
    });
    std::sort(files.begin(), files.end());
    std::vector<fs::path> paths;
    for (auto& file : files) paths.push_back(std::move(file.path));
    return paths;
}

std::optional<ModelFiles> ModelFiles::move_to_previous(
    const std::optional<fs::path>& report) const {
    // The best last: until then `generate` still finds the model under its name.
    const auto moves_to = [&](std::uint64_t number) {
        const ModelFiles target = previous(number);
        std::vector<std::pair<fs::path, fs::path>> moves{{log(), target.log()}};
        for (const auto& step : steps()) {
            const auto ending =
                step.filename().native().substr(fs::path(stem_).filename().native().size());
            moves.emplace_back(step, target.with(ending));
        }
        if (report) moves.emplace_back(*report, with_ending(*report, previous_ending(number)));
        moves.emplace_back(resume(), target.resume());
        moves.emplace_back(best(), target.best());
        std::erase_if(moves, [](const auto& move) { return !is_there(move.first); });
        return moves;
    };
    std::uint64_t number = 1;
    auto moves = moves_to(number);
    if (moves.empty()) return std::nullopt;
    const auto is_taken = [](const auto& move) { return is_there(move.second); };
    while (is_there(previous(number).best()) || std::any_of(moves.begin(), moves.end(), is_taken))
        moves = moves_to(++number);
    for (const auto& [from, to] : moves) move(from, to);
    flush_folder(folder());
    return previous(number);
}

std::optional<fs::path> ModelFiles::set_best_aside() const {
    if (!is_there(best_)) return std::nullopt;
    std::uint64_t number = 1;
    while (is_there(previous(number).best())) ++number;
    move(best_, previous(number).best());
    flush_folder(folder());
    return previous(number).best();
}

void ModelFiles::prune_steps(std::size_t keep) const {
    if (keep < 1) throw std::logic_error("prune_steps: at least one file is kept");
    const auto files = steps();
    for (std::size_t i = 0; i + keep < files.size(); ++i) {
        std::error_code error;
        fs::remove(files[i], error);
        if (error) fail("remove", files[i], error);
    }
}

bool is_companion_name(const fs::path& path) {
    return is_companion(without(path.filename().native(), k_extension));
}

namespace {

// A folder is none: the texts that a model learned from may stand beside under its name.
std::optional<fs::path> file_named(const fs::path& path) {
    std::error_code unknown;
    const auto is_file = [&](const fs::path& file) {
        return fs::exists(file, unknown) && !fs::is_directory(file, unknown);
    };
    if (is_file(path)) return path;
    auto with_ending = path;
    with_ending += k_extension;
    if (is_file(with_ending)) return with_ending;
    return std::nullopt;
}

}  // namespace

fs::path model_file(const fs::path& path) {
    auto file = file_named(path);
    if (!file && !path.has_parent_path() && path.has_filename()) {
        file = file_named("models" / path);
        if (!file) file = ready_model(path.native());
    }
    return file.value_or(path);
}

std::vector<FoundModel> models_in(const fs::path& folder) {
    std::vector<FoundModel> models;
    // What a training has written last, resume file or log, tells when it ended.
    for_each_model(folder, [&](std::string_view stem, const FoundFile& file) {
        if (is_companion(stem)) return;
        FoundModel found{.trained = false, .written = file.written, .path = file.path};
        const ModelFiles files(file.path);
        for (const auto& companion : {files.resume(), files.log()}) {
            std::error_code unknown;
            const auto written = fs::last_write_time(companion, unknown);
            if (unknown) continue;
            found.trained = true;
            found.written = std::max(found.written, written);
        }
        models.push_back(std::move(found));
    });
    std::ranges::sort(models, {}, &FoundModel::key);
    return models;
}

std::optional<fs::path> newest_model(const fs::path& folder) {
    auto models = models_in(folder);
    if (models.empty()) return std::nullopt;
    return std::move(models.back().path);
}

std::optional<fs::path> first_ready_model() {
    if (auto first = ready_model("shakespeare")) return first;
    const auto folder = ready_folder();
    return folder ? newest_model(*folder) : std::nullopt;
}

}  // namespace carousel
