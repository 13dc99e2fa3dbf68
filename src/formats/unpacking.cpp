#include "formats/unpacking.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"

// First how libarchive reads from a source: by calls back, which may seek and let no exception
// pass. Then compressed files, which are one entry of its `raw` format, and zip archives, read by
// their central directory.

namespace carousel {

namespace {

constexpr std::size_t k_piece = std::size_t{1} << 16;

struct FreeArchive {
    void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeArchive>;

// What libarchive reads from: where it is, and what went wrong while it called.
struct Feed {
    const ByteSource& source;
    std::uint64_t offset = 0;
    std::vector<std::byte> piece = std::vector<std::byte>(k_piece);
    std::exception_ptr failure{};
};

la_ssize_t give(archive* reader, void* data, const void** bytes) {
    auto& feed = *static_cast<Feed*>(data);
    try {
        const std::size_t size = feed.source.read_at(feed.offset, feed.piece);
        feed.offset += size;
        *bytes = feed.piece.data();
        return static_cast<la_ssize_t>(size);
    } catch (...) {
        feed.failure = std::current_exception();
        archive_set_error(reader, EIO, "the file cannot be read");
        return ARCHIVE_FATAL;
    }
}

la_int64_t seek(archive*, void* data, la_int64_t offset, int whence) {
    auto& feed = *static_cast<Feed*>(data);
    const auto from = whence == SEEK_SET   ? la_int64_t{0}
                      : whence == SEEK_CUR ? static_cast<la_int64_t>(feed.offset)
                                           : static_cast<la_int64_t>(feed.source.size);
    la_int64_t to = 0;
    if (__builtin_add_overflow(from, offset, &to) || to < 0) return ARCHIVE_FATAL;
    feed.offset = static_cast<std::uint64_t>(to);
    return to;
}

la_int64_t skip(archive*, void* data, la_int64_t count) {
    auto& feed = *static_cast<Feed*>(data);
    const auto left = feed.source.size - std::min(feed.offset, feed.source.size);
    const auto skipped = std::min(static_cast<std::uint64_t>(std::max<la_int64_t>(count, 0)), left);
    feed.offset += skipped;
    return static_cast<la_int64_t>(skipped);
}

Reader new_reader() {
    Reader reader(archive_read_new());
    if (!reader) throw std::bad_alloc();
    return reader;
}

// What libarchive says comes from its own texts.
[[noreturn]] void refuse(archive* reader, const Feed& feed) {
    if (feed.failure) std::rethrow_exception(feed.failure);
    const char* const cause = archive_error_string(reader);
    throw InputError(fmt::format("{}: damaged or cut short ({}). Fetch or pack it again.",
                                 feed.source.name, cause != nullptr ? cause : "unreadable"));
}

void open(archive* reader, Feed& feed) {
    archive_read_set_read_callback(reader, give);
    archive_read_set_seek_callback(reader, seek);
    archive_read_set_skip_callback(reader, skip);
    archive_read_set_callback_data(reader, &feed);
    if (archive_read_open1(reader) != ARCHIVE_OK) refuse(reader, feed);
}

// The next header; null at the end. Warnings (a name in an odd encoding) are none of ours.
archive_entry* next_entry(archive* reader, const Feed& feed) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(reader, &entry);
    if (result == ARCHIVE_EOF) return nullptr;
    if (result < ARCHIVE_WARN) refuse(reader, feed);
    return entry;
}

std::size_t read_data(archive* reader, const Feed& feed, std::span<std::byte> buffer) {
    const la_ssize_t size = archive_read_data(reader, buffer.data(), buffer.size());
    if (size < 0) refuse(reader, feed);
    return static_cast<std::size_t>(size);
}

}  // namespace

struct Decompressor::State {
    Feed feed;
    Reader reader = new_reader();
    std::uint64_t unpacked = 0;
    bool ended = false;
};

Decompressor::Decompressor(const ByteSource& source)
    : state_(std::make_unique<State>(State{.feed = {.source = source}})) {
    archive* const reader = state_->reader.get();
    archive_read_support_filter_gzip(reader);
    archive_read_support_filter_xz(reader);
    archive_read_support_filter_zstd(reader);
    archive_read_support_filter_bzip2(reader);
    archive_read_support_format_raw(reader);
    archive_read_support_format_empty(reader);
    open(reader, state_->feed);
    state_->ended = next_entry(reader, state_->feed) == nullptr;
}

Decompressor::~Decompressor() = default;

std::size_t Decompressor::read(std::span<std::byte> buffer) {
    State& state = *state_;
    if (state.ended) return 0;
    const std::size_t size = read_data(state.reader.get(), state.feed, buffer);
    state.ended = size == 0;
    state.unpacked += size;
    const ByteSource& source = state.feed.source;
    if (state.unpacked > std::max(k_free_unpacked, source.size * k_most_unpacked_times)) {
        throw InputError(fmt::format(
            "{}: refused, since its {} bytes unpack to more than {} times as many, as no usual "
            "text does. If it is meant, unpack it yourself and name what comes out.",
            source.name, source.size, k_most_unpacked_times));
    }
    return size;
}

ZipArchive::ZipArchive(const ByteSource& source) : source_(source) {
    if (source.size > k_largest_zip) {
        throw InputError(fmt::format(
            "{}: refused, since it has more than {} MiB. Take out its text and name that.",
            source.name, k_largest_zip >> 20));
    }
}

void ZipArchive::for_each(
    const std::function<void(const std::string& name, const ReadEntry& read)>& visit) {
    Feed feed{.source = source_};
    const Reader reader = new_reader();
    archive_read_support_format_zip_seekable(reader.get());
    open(reader.get(), feed);
    while (archive_entry* const entry = next_entry(reader.get(), feed)) {
        const char* const path = archive_entry_pathname(entry);
        const bool encrypted = archive_entry_is_data_encrypted(entry) != 0;
        visit(path != nullptr ? path : "", [&](std::span<std::byte> buffer) {
            if (encrypted) {
                throw InputError(
                    fmt::format("{}: protected by a password. Save it without one.", source_.name));
            }
            const std::size_t size = read_data(reader.get(), feed, buffer);
            read_ += size;
            if (read_ > k_most_of_entries) {
                throw InputError(fmt::format(
                    "{}: refused, since it unpacks to more than {} MiB. Take out its text and name "
                    "that.",
                    source_.name, k_most_of_entries >> 20));
            }
            return size;
        });
    }
}

std::string read_all(const ZipArchive::ReadEntry& read) {
    std::string all;
    for (std::size_t size = 1; size > 0;) {
        const std::size_t before = all.size();
        all.resize(before + k_piece);
        size = read(std::as_writable_bytes(std::span(all).subspan(before)));
        all.resize(before + size);
    }
    return all;
}

}  // namespace carousel
