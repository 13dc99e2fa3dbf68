#include "base/replace_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "base/system_calls.hpp"

namespace carousel {

namespace {

constexpr std::string_view k_partial = ".carousel-partial";

/// Beside `target`, under a name that nobody else gives a file: what is removed there is ours.
std::filesystem::path partial_path(const std::filesystem::path& target) {
    auto path = target;
    return path.replace_filename(fmt::format(".{}{}", target.filename().native(), k_partial));
}

/// A new file beside the one that it shall replace; removed unless `commit` was reached.
class Replacement {
public:
    explicit Replacement(const std::filesystem::path& target)
        : target_(target), path_(partial_path(target)) {
        // What a killed process left behind is of no use; a link of this name is not followed.
        ::unlink(path_.c_str());
        descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor_ < 0) fail_to("write", target_.native(), errno);
    }
    ~Replacement() {
        close_if_open(descriptor_);
        if (!committed_) ::unlink(path_.c_str());
    }
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;

    const std::filesystem::path& path() const { return path_; }

    void write(std::span<const std::byte> bytes) {
        write_all(descriptor_, bytes, target_.native());
    }

    void flush() {
        if (::fsync(descriptor_) != 0) fail_to("write", target_.native(), errno);
        // Reading back shall see the disk, not the memory that was just written.
        ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED);
        if (::close(std::exchange(descriptor_, -1)) != 0) fail_to("write", target_.native(), errno);
    }

    void commit() {
        if (::rename(path_.c_str(), target_.c_str()) != 0)
            fail_to("write", target_.native(), errno);
        committed_ = true;
    }

private:
    const std::filesystem::path& target_;
    std::filesystem::path path_;
    int descriptor_ = -1;
    bool committed_ = false;
};

/// The file that a symbolic link stands for, there or yet to be made: it is what is replaced, not
/// the link.
std::filesystem::path followed(std::filesystem::path path) {
    constexpr int k_most_links = 40;  // as Linux follows
    std::error_code none;
    for (int i = 0; i < k_most_links; ++i) {
        const auto target = std::filesystem::read_symlink(path, none);
        if (none) return path;
        path = folder_of(path) / target;
    }
    fail_to("write", path.native(), ELOOP);
}

}  // namespace

void flush_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) fail_to("flush the folder", folder.native(), errno);
    const int code = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    // Some network file systems cannot flush a folder and say so.
    if (code != 0 && code != EINVAL && code != ENOTSUP) {
        fail_to("flush the folder", folder.native(), code);
    }
}

void replace_file(const std::filesystem::path& name, OwnFile kind,
                  const std::function<void(const WriteBytes&)>& write,
                  const std::function<void(const std::filesystem::path&)>& verify) {
    const auto path = followed(name);
    // Renaming over a device or a pipe would destroy it.
    std::error_code missing;
    const auto status = std::filesystem::status(path, missing);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        throw InputError(fmt::format("Cannot write {}: it is not a file. Choose another name.",
                                     shown_path(path)));
    }
    if (!is_replaceable(path, kind)) {
        throw InputError(fmt::format(
            "Cannot write {}: there is a file that is not {}, and it stays as it is. Choose "
            "another name.",
            shown_path(path), own_file_name(kind)));
    }
    const auto folder = folder_of(path);
    make_folder(folder);
    Replacement replacement(path);
    write([&](std::span<const std::byte> bytes) { replacement.write(bytes); });
    replacement.flush();
    if (verify) verify(replacement.path());
    replacement.commit();
    flush_folder(folder);
}

}  // namespace carousel
