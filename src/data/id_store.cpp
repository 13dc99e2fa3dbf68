#include "data/id_store.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

// Ids are written through a buffer and read through a mapping. A mapped page that was read counts
// as memory of this process although the system could drop it at any time, so pages are given back
// after each k_release_after bytes read: a reading of the whole text shows no growth.

namespace carousel {

namespace {

constexpr std::size_t k_buffer = std::size_t{1} << 18;
constexpr std::uint64_t k_release_after = std::uint64_t{32} << 20;

// Stored ids are in the machine's own byte order: the file never outlives the process.
template <class Stored>
void narrow(std::span<const TokenId> ids, std::byte* out) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto stored = static_cast<Stored>(ids[i]);
        std::memcpy(out + i * sizeof stored, &stored, sizeof stored);
    }
}

template <class Stored>
void widen(const std::byte* stored_ids, std::span<TokenId> ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, stored_ids + i * sizeof stored, sizeof stored);
        ids[i] = stored;
    }
}

}  // namespace

IdStore::IdStore(const std::filesystem::path& folder, std::size_t bound)
    : file_(folder),
      width_(bound <= 0x100     ? 1
             : bound <= 0x10000 ? 2
                                : 4) {
    buffer_.reserve(k_buffer);
}

void IdStore::append(std::span<const TokenId> ids) {
    size_ += ids.size();
    while (!ids.empty()) {
        if (buffer_.size() == k_buffer) flush();
        const std::size_t room = (k_buffer - buffer_.size()) / width_;
        const auto some = ids.first(std::min(room, ids.size()));
        const std::size_t before = buffer_.size();
        buffer_.resize(before + some.size() * width_);
        switch (width_) {
            case 1:
                narrow<std::uint8_t>(some, buffer_.data() + before);
                break;
            case 2:
                narrow<std::uint16_t>(some, buffer_.data() + before);
                break;
            default:
                narrow<std::uint32_t>(some, buffer_.data() + before);
        }
        ids = ids.subspan(some.size());
    }
}

void IdStore::flush() {
    file_.append(buffer_);
    buffer_.clear();
}

void IdStore::close() {
    flush();
    buffer_ = {};
    mapped_ = file_.map();
}

TokenId IdStore::at(std::uint64_t index) const {
    TokenId id = 0;
    copy(index, {&id, 1});
    return id;
}

void IdStore::copy(std::uint64_t begin, std::span<TokenId> out) const {
    if (begin > size_ || out.size() > size_ - begin || mapped_.size() != size_ * width_) {
        throw std::logic_error("ids read that are not there");
    }
    const std::byte* const stored = mapped_.data() + begin * width_;
    switch (width_) {
        case 1:
            widen<std::uint8_t>(stored, out);
            break;
        case 2:
            widen<std::uint16_t>(stored, out);
            break;
        default:
            widen<std::uint32_t>(stored, out);
    }
    if (read_.fetch_add(out.size() * width_, std::memory_order_relaxed) > k_release_after) {
        read_.store(0, std::memory_order_relaxed);
        file_.release_pages();
    }
}

}  // namespace carousel
