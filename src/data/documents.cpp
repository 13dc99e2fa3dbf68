#include "data/documents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "data/document_content.hpp"
#include "data/reading_processes.hpp"
#include "text/decoding.hpp"
#include "text/printable.hpp"

// Walks through what CORPUS names, in the order of the paths' bytes, the same on every machine, and
// gathers what is to be told of it: which files, in which encodings, what is skipped and why.

namespace carousel {

namespace {

namespace fs = std::filesystem;

/// "a.txt, b.txt and 5 more".
std::string few_of(const std::vector<std::string>& names) {
    constexpr std::size_t k_few = 5;
    const auto shown = std::min(names.size(), k_few);
    auto list = fmt::format(
        "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    return names.size() > k_few ? fmt::format("{} and {} more", list, names.size() - k_few) : list;
}

class Search {
public:
    explicit Search(const FindSettings& settings)
        : settings_(settings), include_(settings.include), exclude_(settings.exclude) {
        require_known_encoding(settings.decoding.encoding);
    }

    void add(const std::string& argument) {
        std::error_code error;
        fs::file_status status(fs::file_type::fifo);
        if (argument != "-") {
            status = fs::status(argument, error);
            if (error) refuse_missing(argument, error);
            if (fs::is_directory(status)) return add_folder(argument);
        }
        readable_again_ &= fs::is_regular_file(status);
        arguments_.push_back({.begin = files_.size()});
        files_.push_back({argument, Named::file});
    }

    DocumentList finish() {
        look();
        tell_files();
        tell_encodings();
        return std::move(list_);
    }

private:
    [[noreturn]] static void refuse_missing(const std::string& argument,
                                            const std::error_code& error) {
        const auto scheme = argument.find("://");
        if (scheme != std::string::npos && scheme > 0 &&
            argument.find_first_not_of("abcdefghijklmnopqrstuvwxyz+.-") == scheme) {
            throw InputError(fmt::format(
                "{}: an address, and Carousel reads files only. Fetch it first, as with `curl -L -o "
                "page.html ADDRESS`, and name the file.",
                shown_path(argument)));
        }
        throw InputError(fmt::format("Cannot read {}: {}.", shown_path(argument), error.message()));
    }

    void add_folder(const fs::path& folder) {
        auto found = files_below(folder, include_, exclude_);
        arguments_.push_back({.begin = files_.size(), .folder = folder});
        arguments_.back().skipped = std::move(found.skipped);
        for (const auto& path : found.files) files_.push_back({path.native(), Named::directory});
    }

    // What can be read once only is read by this process, and one file by one process.
    std::vector<LookedAt> look_at_all() {
        const bool shared = settings_.processes != nullptr && readable_again_ && files_.size() > 1;
        if (!shared) return look_at_files(files_, settings_);
        auto looked = settings_.processes->look(files_, settings_);
        tell_processes(*settings_.processes);
        return looked;
    }

    void look() {
        auto looked = look_at_all();
        for (std::size_t a = 0; a < arguments_.size(); ++a) {
            auto& argument = arguments_[a];
            const auto end = a + 1 < arguments_.size() ? arguments_[a + 1].begin : files_.size();
            const auto before = list_.documents.size();
            for (auto& skipped : argument.skipped) list_.skipped.push_back(std::move(skipped));
            for (auto i = argument.begin; i < end; ++i) {
                if (looked[i].skipped) list_.skipped.push_back(std::move(*looked[i].skipped));
                if (!is_read(files_[i], looked[i])) continue;
                keep(std::move(looked[i].found));
                if (argument.folder) count_ending(files_[i].path);
            }
            if (argument.folder && list_.documents.size() == before) refuse_empty(*argument.folder);
        }
    }

    [[noreturn]] void refuse_empty(const fs::path& folder) const {
        throw InputError(fmt::format(
            "{}: no text in this directory{}. Hidden entries, links, what a .gitignore names, and "
            "files that are no text do not count; name files to use them.{}",
            shown_path(folder), include_.empty() && exclude_.empty() ? "" : " for these patterns",
            counts_of_skipped(list_.skipped)));
    }

    void count_ending(const fs::path& path) {
        const auto ending = path.extension().native();
        ++endings_[ending.empty() ? "without ending" : printable(ending, Whitespace::escape)];
        ++files_of_folders_;
    }

    void keep(FoundDocument found) {
        const auto name = shown_name(found.document);
        const auto& encoding = found.read_as;
        if (found.encoding) {
            const bool own = *found.encoding == EncodingSource::named;
            const bool guess = *found.encoding == EncodingSource::detected ||
                               *found.encoding == EncodingSource::wide;
            if (own) named_.push_back(name);
            if (guess && encoding != "UTF-8") guessed_[encoding].push_back(name);
            if (!own) in_utf8_.push_back(name);
        }
        constexpr std::uint64_t k_suspicious = 3;
        if (found.garbled >= k_suspicious) {
            list_.warnings.push_back(fmt::format(
                "{} seems to have been decoded wrongly before: '{}' and the like stand in it {}. "
                "It is read as it is; mend it at its source, or learn that.",
                name, printable(found.garbled_example, Whitespace::escape),
                format_count(found.garbled, "time")));
        }
        list_.documents.push_back(std::move(found.document));
    }

    void tell_processes(const ReadingProcesses& processes) {
        std::vector<std::string> names;
        for (const int process : processes.without_share())
            names.push_back(std::to_string(process));
        if (names.empty()) return;
        list_.notes.push_back(fmt::format(
            "{} of {} processes see{} other files at these paths, or none, and {} no share of them "
            "to read: {}. Where they lie in another folder on a machine, start its processes there "
            "(mpirun -wdir) and give relative paths.",
            names.size(), processes.processes(), names.size() == 1 ? "s" : "",
            names.size() == 1 ? "gets" : "get", few_of(names)));
    }

    void tell_files() {
        if (files_of_folders_ == 0) return;
        std::vector<std::pair<std::uint64_t, std::string>> kinds;
        for (const auto& [ending, count] : endings_) kinds.emplace_back(count, ending);
        std::stable_sort(kinds.begin(), kinds.end(),
                         [](const auto& a, const auto& b) { return a.first > b.first; });
        constexpr std::size_t k_few = 6;
        std::string text = format_count(files_of_folders_, "file");
        std::uint64_t told = 0;
        for (std::size_t i = 0; i < std::min(k_few, kinds.size()); ++i) {
            text += fmt::format("{}{} {}", i == 0 ? ": " : ", ", format_count(kinds[i].first),
                                kinds[i].second);
            told += kinds[i].first;
        }
        if (told < files_of_folders_)
            text += fmt::format(", {} others", format_count(files_of_folders_ - told));
        list_.notes.push_back(text + ".");
    }

    void tell_encodings() {
        for (const auto& [encoding, names] : guessed_) {
            list_.notes.push_back(
                fmt::format("Not in UTF-8 and read as {}, a guess (--encoding names another): {}.",
                            encoding, few_of(names)));
        }
        const auto& wanted = settings_.decoding.encoding;
        if (wanted.empty() || in_utf8_.empty() || settings_.raw) return;
        if (named_.empty()) {
            list_.notes.push_back(
                fmt::format("No file is read as {}: all are UTF-8 or say themselves what they are.",
                            printable(wanted)));
        } else {
            list_.notes.push_back(fmt::format("Read as {}: {}; the others are UTF-8.",
                                              printable(wanted), few_of(named_)));
        }
    }

    const FindSettings& settings_;
    PathPatterns include_, exclude_;
    DocumentList list_;
    /// What one argument names: files from `begin` on, up to those of the next one.
    struct Argument {
        std::size_t begin = 0;
        std::optional<fs::path> folder{};
        std::vector<SkippedFile> skipped{};  // without a look
    };
    std::vector<Argument> arguments_;
    std::vector<FileToLookAt> files_;
    bool readable_again_ = true;  // each of the files
    std::uint64_t files_of_folders_ = 0;
    std::map<std::string, std::uint64_t> endings_;
    std::map<std::string, std::vector<std::string>> guessed_;
    std::vector<std::string> named_, in_utf8_;
};

}  // namespace

std::string counts_of_skipped(const std::vector<SkippedFile>& skipped) {
    if (skipped.empty()) return {};
    std::map<std::string, std::uint64_t> kinds;
    for (const auto& file : skipped) ++kinds[file.kind];
    std::string text;
    for (const auto& [kind, count] : kinds)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", format_count(count), kind);
    return fmt::format(" Skipped: {} (--verbose lists them).", text);
}

DocumentList find_documents(const std::vector<std::string>& arguments,
                            const FindSettings& settings) {
    if (std::count(arguments.begin(), arguments.end(), "-") > 1) {
        throw UsageError("Standard input (-) is named twice, but it can be read once only.");
    }
    Search search(settings);
    for (const auto& argument : arguments) search.add(argument);
    return search.finish();
}

}  // namespace carousel
