#include "base/scratch_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "base/system_calls.hpp"

namespace carousel {

ScratchFile::ScratchFile(const std::filesystem::path& folder) : folder_(folder.native()) {
    make_folder(folder);
    descriptor_ = ::open(folder_.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (descriptor_ >= 0) return;
    // Not every file system has files without a name: make one and take its name away.
    std::string name = (folder / ".carousel-scratch-XXXXXX").native();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail_to("make a scratch file in", folder_, errno);
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
        if (mapping == MAP_FAILED) fail_to("map a scratch file in", folder_, errno);
        mapping_ = mapping;
    }
    return {static_cast<const std::byte*>(mapping_), size_};
}

void ScratchFile::release_pages() const {
    if (mapping_ != nullptr) ::madvise(mapping_, size_, MADV_DONTNEED);
}

}  // namespace carousel
