#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/shown_input.hpp"
#include "base/system_calls.hpp"

namespace carousel {

namespace {

std::size_t read_some(int descriptor, std::span<std::byte> buffer, std::string_view name) {
    const auto count =
        uninterrupted([&] { return ::read(descriptor, buffer.data(), buffer.size()); });
    if (count < 0) fail_to("read", name, errno);
    return static_cast<std::size_t>(count);
}

}  // namespace

FileReader::FileReader(const std::filesystem::path& path) {
    if (path == "-") {
        name_ = shown_input(path);
        descriptor_ = STDIN_FILENO;
        return;
    }
    name_ = path.native();
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail_to("read", name_, errno);
    struct stat status;
    if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
        ::close(descriptor_);
        fail_to("read", name_, EISDIR);
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
    const std::uint64_t size = reader.size();  // of a pipe 0; the loop below does not need it
    std::size_t step = std::size_t{1} << 16;
    if (size <= limit) step = std::max(step, static_cast<std::size_t>(size) + 1);
    for (std::size_t filled = 0;; step = std::max(step, filled)) {
        content.resize(filled + step);
        const std::size_t count =
            reader.read(std::as_writable_bytes(std::span(content).subspan(filled)));
        filled += count;
        if (filled > limit) {
            throw InputError(fmt::format("Cannot read {}: it is longer than the {} bytes allowed.",
                                         shown_input(path), limit));
        }
        if (count < step) {
            content.resize(filled);
            return content;
        }
    }
}

}  // namespace carousel
