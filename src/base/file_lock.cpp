#include "base/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.hpp"
#include "base/shown_path.hpp"
#include "base/system_calls.hpp"

namespace carousel {

FileLock::FileLock(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

std::optional<FileLock> FileLock::try_acquire(const std::filesystem::path& path) {
    make_folder(folder_of(path));
    for (;;) {
        const int descriptor =
            ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (descriptor < 0) fail_to("lock", path.native(), errno);
        if (uninterrupted([&] { return ::flock(descriptor, LOCK_EX | LOCK_NB); }) != 0) {
            const int code = errno;
            ::close(descriptor);
            if (code == EWOULDBLOCK) return std::nullopt;
            fail_to("lock", path.native(), code);
        }
        // The holder before may have removed the name between our two calls: then what we locked
        // is a file that nobody else can find.
        struct stat held, named;
        if (::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
            held.st_dev == named.st_dev && held.st_ino == named.st_ino) {
            if (held.st_size == 0) return FileLock(path, descriptor);
            // It would be removed at the end.
            ::close(descriptor);
            throw InputError(fmt::format(
                "Cannot lock {}: a lock is an empty file, and this one is somebody's. Choose "
                "another name.",
                shown_path(path)));
        }
        ::close(descriptor);
    }
}

FileLock::~FileLock() {
    if (descriptor_ < 0) return;
    ::unlink(path_.c_str());  // while still held, so that nobody's new file is removed
    ::close(descriptor_);
}

FileLock::FileLock(FileLock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

}  // namespace carousel
