#include "data/documents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "text/decoding.hpp"

// Walks through what CORPUS names, in the order of the paths' bytes, the same on every machine;
// what is skipped is told in notes, and a standard input or a pipe is spooled, since a corpus reads
// its documents more than once.

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_binary_probe = 8192;

[[noreturn]] void cannot_read(const fs::path& path, const std::error_code& cause) {
    throw InputError(fmt::format("Cannot read {}: {}.", shown_path(path), cause.message()));
}

bool looks_binary(const fs::path& path) {
    std::array<std::byte, k_binary_probe> buffer;
    const std::size_t size = FileReader(path).read(buffer);
    const std::string_view head(reinterpret_cast<const char*>(buffer.data()), size);
    if (head.find('\0') == std::string_view::npos) return false;
    const std::string_view encoding = encoding_by_mark(head);
    return !encoding.starts_with("UTF-16") && !encoding.starts_with("UTF-32");
}

// Copies a source that can be read once only.
Document spool(const std::string& path, const fs::path& scratch_folder) {
    auto file = std::make_shared<ScratchFile>(scratch_folder);
    FileReader reader(path);
    std::vector<std::byte> buffer(std::size_t{1} << 16);
    while (const std::size_t size = reader.read(buffer))
        file->append(std::span(buffer).first(size));
    const std::uint64_t size = file->size();
    return {path, size, std::move(file)};
}

// Regular files below `folder`, without hidden entries and links.
std::vector<fs::path> files_below(const fs::path& folder, std::vector<std::string>& notes) {
    std::vector<fs::path> files;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error), end;
    if (error) cannot_read(folder, error);
    while (entry != end) {
        const fs::path& path = entry->path();
        const fs::file_status status = entry->symlink_status(error);
        if (error) cannot_read(path, error);
        if (path.filename().native().starts_with('.')) {
            if (fs::is_directory(status)) entry.disable_recursion_pending();
        } else if (fs::is_regular_file(status)) {
            files.push_back(path);
        } else if (!fs::is_directory(status) && !fs::is_symlink(status)) {
            notes.push_back(fmt::format("Skipped {}: it is no regular file.", shown_path(path)));
        }
        const fs::path current = path;
        entry.increment(error);
        if (error) cannot_read(current, error);
    }
    std::sort(files.begin(), files.end(),
              [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
    return files;
}

void add_folder(const fs::path& folder, DocumentList& list) {
    const std::size_t before = list.documents.size();
    for (const fs::path& path : files_below(folder, list.notes)) {
        if (looks_binary(path)) {
            list.notes.push_back(
                fmt::format("Skipped {}: it looks binary (a NUL byte near its front). Name the "
                            "file itself to use it.",
                            shown_path(path)));
            continue;
        }
        std::error_code error;
        const std::uint64_t size = fs::file_size(path, error);
        if (error) cannot_read(path, error);
        list.documents.push_back({path.native(), size, nullptr});
    }
    if (list.documents.size() == before) {
        throw InputError(fmt::format(
            "{}: no text in this directory. Hidden entries, links and binary files do not count; "
            "name files to use them.",
            shown_path(folder)));
    }
}

}  // namespace

DocumentList find_documents(const std::vector<std::string>& arguments,
                            const fs::path& scratch_folder) {
    if (std::count(arguments.begin(), arguments.end(), "-") > 1) {
        throw UsageError("Standard input (-) is named twice, but it can be read once only.");
    }
    DocumentList list;
    for (const std::string& argument : arguments) {
        if (argument == "-") {
            list.documents.push_back(spool(argument, scratch_folder));
            continue;
        }
        std::error_code error;
        const fs::file_status status = fs::status(argument, error);
        if (error) cannot_read(argument, error);
        if (fs::is_directory(status)) {
            add_folder(argument, list);
        } else if (fs::is_regular_file(status)) {
            const std::uint64_t size = fs::file_size(argument, error);
            if (error) cannot_read(argument, error);
            list.documents.push_back({argument, size, nullptr});
        } else {
            list.documents.push_back(spool(argument, scratch_folder));
        }
    }
    return list;
}

std::string shown_name(const Document& document) {
    return document.path == "-" ? "standard input" : shown_path(document.path);
}

DocumentReader::DocumentReader(const Document& document) : spool_(document.spool.get()) {
    if (spool_ == nullptr) file_.emplace(document.path);
}

std::size_t DocumentReader::read(std::span<std::byte> buffer) {
    if (spool_ == nullptr) return file_->read(buffer);
    const std::size_t size = spool_->read_at(offset_, buffer);
    offset_ += size;
    return size;
}

}  // namespace carousel
