#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/own_file.hpp"

// In this order: system calls that a signal may interrupt; the file that replaces another one;
// reading; scratch files; flushing folders; locks. Every failure becomes an InputError that names
// the path, the cause and, where there is one, the remedy.

namespace carousel {

namespace {

/// What to do about a failed system call, where that is not plain from its name.
std::string_view remedy(int code) {
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return " Free some space or choose another folder.";
        case EACCES:
        case EPERM:
        case EROFS:
            return " Check the permissions or choose another folder.";
        default:
            return "";
    }
}

/// `action` is a verb: "Cannot <action> <path>: <cause>."
[[noreturn]] void fail(std::string_view action, std::string_view path, int code) {
    throw InputError(fmt::format("Cannot {} {}: {}.{}", action, shown_path(path),
                                 std::generic_category().message(code), remedy(code)));
}

/// Bytes of the UTF-8 sequence at the front of `text`; 0 where none stands.
std::size_t sequence_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return 1;
    const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
    }
    return length;
}

/// Whether a code point, as UTF-8, is a control character or one that reorders or hides text.
bool drives_terminal(std::string_view code_point) {
    constexpr std::pair<std::string_view, std::string_view> k_ranges[] = {
        {{"\0", 1}, "\x1F"},
        {"\x7F", "\x7F"},
        {"\xC2\x80", "\xC2\x9F"},           // C1
        {"\xD8\x9C", "\xD8\x9C"},           // Arabic letter mark
        {"\xE2\x80\x8E", "\xE2\x80\x8F"},   // marks of direction
        {"\xE2\x80\xA8", "\xE2\x80\xAE"},   // separators, embeddings, overrides
        {"\xE2\x81\xA6", "\xE2\x81\xAF"},   // isolates
        {"\xEF\xBB\xBF", "\xEF\xBB\xBF"},   // byte-order mark
        {"\xEF\xBF\xB9", "\xEF\xBF\xBB"}};  // annotations
    return std::any_of(std::begin(k_ranges), std::end(k_ranges), [&](const auto& range) {
        return range.first.size() == code_point.size() && range.first <= code_point &&
               code_point <= range.second;
    });
}

/// Repeats a system call that a signal has interrupted.
template <typename Call>
auto uninterrupted(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

std::size_t read_some(int descriptor, std::span<std::byte> buffer, std::string_view name) {
    const auto count =
        uninterrupted([&] { return ::read(descriptor, buffer.data(), buffer.size()); });
    if (count < 0) fail("read", name, errno);
    return static_cast<std::size_t>(count);
}

std::size_t read_all_at(int descriptor, std::uint64_t offset, std::span<std::byte> buffer,
                        std::string_view name) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const auto count = uninterrupted([&] {
            return ::pread(descriptor, buffer.data() + filled, buffer.size() - filled,
                           static_cast<off_t>(offset + filled));
        });
        if (count < 0) fail("read", name, errno);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    return filled;
}

void write_all(int descriptor, std::span<const std::byte> bytes, std::string_view name) {
    while (!bytes.empty()) {
        const auto count =
            uninterrupted([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
        if (count < 0) fail("write", name, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

constexpr std::string_view k_partial = ".carousel-partial";

void close_if_open(int descriptor) {
    if (descriptor >= 0) ::close(descriptor);
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) fail("make the folder", folder.native(), error.value());
}

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
        if (descriptor_ < 0) fail("write", target_.native(), errno);
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
        if (::fsync(descriptor_) != 0) fail("write", target_.native(), errno);
        // Reading back shall see the disk, not the memory that was just written.
        ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED);
        if (::close(std::exchange(descriptor_, -1)) != 0) fail("write", target_.native(), errno);
    }

    void commit() {
        if (::rename(path_.c_str(), target_.c_str()) != 0) fail("write", target_.native(), errno);
        committed_ = true;
    }

private:
    const std::filesystem::path& target_;
    std::filesystem::path path_;
    int descriptor_ = -1;
    bool committed_ = false;
};

}  // namespace

std::string shown_path(const std::filesystem::path& path) {
    std::string shown;
    for (std::string_view rest = path.native(); !rest.empty();) {
        const std::size_t length = sequence_length(rest);
        const auto front = rest.substr(0, std::max<std::size_t>(1, length));
        if (length == 0 || drives_terminal(front)) {
            for (const char byte : front)
                shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
        } else {
            shown += front;
        }
        rest.remove_prefix(front.size());
    }
    return shown;
}

FileReader::FileReader(const std::filesystem::path& path) {
    if (path == "-") {
        name_ = "standard input";
        descriptor_ = STDIN_FILENO;
        return;
    }
    name_ = path.native();
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("read", name_, errno);
    struct stat status;
    if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
        ::close(descriptor_);
        fail("read", name_, EISDIR);
    }
}

FileReader::~FileReader() {
    if (descriptor_ != STDIN_FILENO) close_if_open(descriptor_);
}

FileReader::FileReader(FileReader&& other) noexcept
    : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

std::size_t FileReader::read(std::span<std::byte> buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const std::size_t count = read_some(descriptor_, buffer.subspan(filled), name_);
        if (count == 0) break;
        filled += count;
    }
    return filled;
}

std::size_t FileReader::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
    return read_all_at(descriptor_, offset, buffer, name_);
}

bool FileReader::is_regular() const {
    struct stat status;
    return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
}

std::uint64_t FileReader::size() const {
    struct stat status;
    const bool known = ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
    return known ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit) {
    FileReader reader(path);
    std::string content;
    std::error_code unknown;  // a pipe has no size; the loop below does not need it
    const std::uint64_t size = std::filesystem::file_size(path, unknown);
    std::size_t step = std::size_t{1} << 16;
    if (!unknown && size <= limit) step = std::max(step, static_cast<std::size_t>(size) + 1);
    for (std::size_t filled = 0;; step = std::max(step, filled)) {
        content.resize(filled + step);
        const std::size_t count =
            reader.read(std::as_writable_bytes(std::span(content).subspan(filled)));
        filled += count;
        if (filled > limit) {
            throw InputError(fmt::format("Cannot read {}: it is longer than the {} bytes allowed.",
                                         shown_path(path), limit));
        }
        if (count < step) {
            content.resize(filled);
            return content;
        }
    }
}

ScratchFile::ScratchFile(const std::filesystem::path& folder) : folder_(folder.native()) {
    make_folder(folder);
    descriptor_ = ::open(folder_.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (descriptor_ >= 0) return;
    // Not every file system has files without a name: make one and take its name away.
    std::string name = (folder / ".carousel-scratch-XXXXXX").native();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail("make a scratch file in", folder_, errno);
    ::unlink(name.c_str());
}

ScratchFile::~ScratchFile() {
    if (mapping_ != nullptr) ::munmap(mapping_, size_);
    close_if_open(descriptor_);
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(std::exchange(other.size_, 0)),
      mapping_(std::exchange(other.mapping_, nullptr)) {}

ScratchFile& ScratchFile::operator=(ScratchFile&& other) noexcept {
    std::swap(folder_, other.folder_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    std::swap(mapping_, other.mapping_);
    return *this;
}

void ScratchFile::append(std::span<const std::byte> bytes) {
    if (mapping_ != nullptr) throw std::logic_error("appended to a scratch file already mapped");
    write_all(descriptor_, bytes, folder_ + "/(scratch file)");
    size_ += bytes.size();
}

std::uint64_t ScratchFile::size() const {
    return size_;
}

std::size_t ScratchFile::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
    return read_all_at(descriptor_, offset, buffer, folder_ + "/(scratch file)");
}

std::span<const std::byte> ScratchFile::map() {
    if (size_ == 0) return {};
    if (mapping_ == nullptr) {
        void* const mapping = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor_, 0);
        if (mapping == MAP_FAILED) fail("map a scratch file in", folder_, errno);
        mapping_ = mapping;
    }
    return {static_cast<const std::byte*>(mapping_), size_};
}

void ScratchFile::release_pages() const {
    if (mapping_ != nullptr) ::madvise(mapping_, size_, MADV_DONTNEED);
}

void flush_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) fail("flush the folder", folder.native(), errno);
    const int code = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    // Some network file systems cannot flush a folder and say so.
    if (code != 0 && code != EINVAL && code != ENOTSUP) {
        fail("flush the folder", folder.native(), code);
    }
}

// What own_file.hpp says of files, which takes reading one.

namespace {

std::optional<OwnFile> read_kind(const std::filesystem::path& path) {
    std::array<char, k_own_file_start> start;
    const auto count = FileReader(path).read(std::as_writable_bytes(std::span(start)));
    return own_file({start.data(), count});
}

}  // namespace

std::optional<OwnFile> own_file_at(const std::filesystem::path& path) {
    std::error_code unknown;
    if (!std::filesystem::is_regular_file(path, unknown)) return std::nullopt;
    try {
        return read_kind(path);
    } catch (const InputError&) {
        return std::nullopt;
    }
}

bool is_replaceable(const std::filesystem::path& path, OwnFile kind) {
    std::error_code unknown;
    const auto status = std::filesystem::status(path, unknown);
    if (!std::filesystem::exists(status))
        return status.type() == std::filesystem::file_type::not_found;
    if (!std::filesystem::is_regular_file(status)) return false;
    return std::filesystem::file_size(path, unknown) == 0 || read_kind(path) == kind;
}

void replace_file(const std::filesystem::path& path, OwnFile kind,
                  const std::function<void(const WriteBytes&)>& write,
                  const std::function<void(const std::filesystem::path&)>& verify) {
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

FileLock::FileLock(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

std::optional<FileLock> FileLock::try_acquire(const std::filesystem::path& path) {
    make_folder(folder_of(path));
    for (;;) {
        const int descriptor =
            ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (descriptor < 0) fail("lock", path.native(), errno);
        if (uninterrupted([&] { return ::flock(descriptor, LOCK_EX | LOCK_NB); }) != 0) {
            const int code = errno;
            ::close(descriptor);
            if (code == EWOULDBLOCK) return std::nullopt;
            fail("lock", path.native(), code);
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
