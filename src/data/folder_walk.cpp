#include "data/folder_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/shown_path.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_largest_ignore_file = std::uint64_t{1} << 20;
constexpr std::size_t k_deepest = 200;  // folders in one another

/// The patterns of one `.gitignore`.
struct Rules {
    std::string folder;  ///< that it lies in, from the root
    PathPatterns patterns;
};

class Walk {
public:
    Walk(const fs::path& folder, const PathPatterns& include, const PathPatterns& exclude)
        : folder_(folder), include_(include), exclude_(exclude) {
        std::error_code error;
        root_ = fs::weakly_canonical(fs::absolute(folder, error), error).native();
        while (root_.ends_with('/')) root_.pop_back();
    }

    FolderFiles go() {
        look_above();
        enter(folder_, "", 0);
        std::sort(found_.files.begin(), found_.files.end(),
                  [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
        return std::move(found_);
    }

private:
    // The rules of a repository hold in every folder of it.
    void look_above() {
        std::error_code unknown;
        std::vector<fs::path> above;
        for (fs::path at = root_; !fs::exists(at / ".git", unknown); at = at.parent_path()) {
            if (!at.has_relative_path()) return;  // in no repository
            above.push_back(at.parent_path());
        }
        for (auto at = above.rbegin(); at != above.rend(); ++at) read_rules(*at, at->native());
    }

    void read_rules(const fs::path& folder, std::string from_root) {
        const auto file = folder / ".gitignore";
        std::error_code none;
        if (!fs::is_regular_file(fs::symlink_status(file, none))) return;
        try {
            rules_.push_back({std::move(from_root),
                              PathPatterns::from_lines(read_file(file, k_largest_ignore_file))});
        } catch (const InputError& unreadable) {
            found_.skipped.push_back({file.native(), "unreadable", unreadable.what()});
        }
    }

    void enter(const fs::path& folder, const std::string& path, std::size_t depth) {
        std::error_code error;
        fs::directory_iterator entry(folder, error);
        const fs::directory_iterator end;
        if (error && depth == 0) {
            throw InputError(
                fmt::format("Cannot read {}: {}.", shown_path(folder), error.message()));
        }
        if (depth > k_deepest) return skip(folder, "too deep", "it lies in too many folders");
        const auto rules = rules_.size();
        if (!error) read_rules(folder, path.empty() ? root_ : root_ + '/' + path);
        while (!error && entry != end) {
            visit(*entry, path, depth);
            entry.increment(error);
        }
        if (error) skip(folder, "unreadable", error.message());
        rules_.resize(rules, {"", PathPatterns()});
    }

    // `folder` is the one that the entry lies in, from the walk's on.
    void visit(const fs::directory_entry& entry, const std::string& folder, std::size_t depth) {
        const std::string name = entry.path().filename().native();
        if (name.starts_with('.')) return;
        const std::string path = folder.empty() ? name : folder + '/' + name;
        std::error_code error;
        const fs::file_status status = entry.symlink_status(error);
        if (error) return skip(entry.path(), "unreadable", error.message());
        const bool is_folder = fs::is_directory(status);
        if (is_ignored(path, is_folder))
            return skip(entry.path(), "ignored", "a .gitignore names it");
        if (is_folder) {
            if (exclude_.decide(path, true) != true) enter(entry.path(), path, depth + 1);
        } else if (!is_wanted(path)) {
            return;
        } else if (fs::is_symlink(status)) {
            skip(entry.path(), "links", "it is a link");
        } else if (fs::is_regular_file(status)) {
            found_.files.push_back(entry.path());
        } else {
            skip(entry.path(), "special", "it is no regular file");
        }
    }

    // Rules of a folder further down come before those above.
    bool is_ignored(const std::string& path, bool is_folder) const {
        const std::string whole = root_ + '/' + path;
        for (auto rules = rules_.rbegin(); rules != rules_.rend(); ++rules) {
            const auto decided = rules->patterns.decide(
                std::string_view(whole).substr(rules->folder.size() + 1), is_folder);
            if (decided) return *decided;
        }
        return false;
    }

    bool is_wanted(const std::string& path) const {
        return !exclude_.covers(path) && (include_.empty() || include_.covers(path));
    }

    void skip(const fs::path& path, std::string kind, std::string_view why) {
        found_.skipped.push_back(
            {path.native(), std::move(kind), fmt::format("{}: {}.", shown_path(path), why)});
    }

    fs::path folder_;
    std::string root_;  // the folder from the root, without links
    const PathPatterns& include_;
    const PathPatterns& exclude_;
    std::vector<Rules> rules_;  // those that hold where the walk is, the nearest last
    FolderFiles found_;
};

}  // namespace

FolderFiles files_below(const fs::path& folder, const PathPatterns& include,
                        const PathPatterns& exclude) {
    return Walk(folder, include, exclude).go();
}

}  // namespace carousel
