#include "snapshot/snapshot_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/own_file.hpp"
#include "base/replace_file.hpp"
#include "base/sha256.hpp"
#include "base/shown_input.hpp"
#include "base/shown_path.hpp"
#include "snapshot/archive.hpp"
#include "snapshot/fields.hpp"
#include "snapshot/ranges.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

// The container, the same for every version and kind:
//
//   0      8         16               32       40        40 + n     72 + n
//   | magic | version | kind, 16 bytes | n      | payload | SHA-256 of all before |
//
using Bytes = std::span<const std::byte>;
constexpr std::string_view k_kind("language model\0\0", 16);
constexpr std::size_t k_version_at = 8, k_kind_at = 16, k_length_at = 32;
constexpr std::size_t k_header_size = 40, k_digest_size = sizeof(Sha256Digest);
constexpr std::size_t k_frame_size = k_header_size + k_digest_size;

constexpr std::string_view k_remedy =
    "Use another copy of the model, such as its .resume or .previous file, or train it again.";

void append_number(std::uint64_t value, std::vector<std::byte>& bytes) {
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::byte>(value >> 8 * i & 0xFF));
}

std::uint64_t number_at(Bytes bytes, std::size_t offset) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;) {
        value = value << 8 | std::to_integer<std::uint64_t>(bytes[offset + i]);
    }
    return value;
}

std::string_view text_at(Bytes bytes, std::size_t offset, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes.data()) + offset, size};
}

/// Older programs read what says nothing that they do not know.
std::uint64_t version_for(const Snapshot& x) {
    const std::uint64_t teachers = x.teachers.empty() ? k_first_version : 3;
    return std::max({teachers, version_needed(x.text), version_needed(x.decoding),
                     version_needed(x.model), version_needed(x.training)});
}

std::vector<std::byte> make_header(std::uint64_t version, std::uint64_t payload_size) {
    std::vector<std::byte> header;
    const auto append = [&](std::string_view text) {
        const auto bytes = std::as_bytes(std::span(text));
        header.insert(header.end(), bytes.begin(), bytes.end());
    };
    append(k_model_mark);
    append_number(version, header);
    append(k_kind);
    append_number(payload_size, header);
    return header;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
    throw SnapshotError(fmt::format("{} {}", shown_input(path), what));
}

/// What the header says the file's size is, as far as it can be one.
std::uint64_t whole_size(Bytes header) {
    const std::uint64_t payload = number_at(header, k_length_at);
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    return payload > largest - k_frame_size ? largest : payload + k_frame_size;
}

// As far as there are bytes.
bool has_magic(Bytes start) {
    const std::size_t count = std::min(start.size(), k_model_mark.size());
    return text_at(start, 0, count) == k_model_mark.substr(0, count);
}

void require_magic(const std::filesystem::path& path, Bytes start) {
    if (start.empty()) refuse(path, fmt::format("is empty. {}", k_remedy));
    if (!has_magic(start)) {
        if (path.extension() == ".safetensors")
            refuse(path, "is not a model of Carousel yet: `carousel import` makes one of it.");
        refuse(path,
               "is not a Carousel model, or is damaged at its very start. Name a .carousel file "
               "that `carousel train` has written.");
    }
    if (start.size() < k_header_size) {
        refuse(path, fmt::format("is cut short: it has {} bytes, not even a whole header. {}",
                                 start.size(), k_remedy));
    }
}

[[noreturn]] void refuse_cut(const std::filesystem::path& path, std::uint64_t size,
                             std::uint64_t expected) {
    refuse(path, fmt::format("is cut short: it has {} of {} bytes. {}", size, expected, k_remedy));
}

[[noreturn]] void refuse_longer(const std::filesystem::path& path, std::uint64_t expected) {
    refuse(path, fmt::format("is damaged: it goes on after the {} bytes that its header states. {}",
                             expected, k_remedy));
}

/// Everything from the header to the digest. What is allocated follows what the file has, not what
/// it says; a file that is no snapshot is refused before more of it is read.
std::vector<std::byte> read_whole(const std::filesystem::path& path) {
    FileReader reader(path);
    std::vector<std::byte> bytes(k_header_size);
    bytes.resize(reader.read(bytes));
    require_magic(path, bytes);

    const std::uint64_t expected = whole_size(bytes);
    // A pipe has no size and grows step by step; a file of the system may have more than it says.
    const std::uint64_t known = std::min(expected, reader.size());
    std::size_t step = std::size_t{1} << 20;
    if (known > bytes.size()) step = std::max<std::size_t>(step, known - bytes.size());
    while (bytes.size() < expected) {
        const std::size_t filled = bytes.size();
        bytes.resize(filled + std::min<std::uint64_t>(step, expected - filled));
        const std::size_t count = reader.read(std::span(bytes).subspan(filled));
        if (filled + count < bytes.size()) {
            refuse_cut(path, filled + count, expected);
        }
        step = bytes.size();
    }
    std::array<std::byte, 1> beyond;
    if (reader.read(beyond) > 0) refuse_longer(path, expected);
    return bytes;
}

/// The payload of a whole file.
Bytes require_sound(const std::filesystem::path& path, Bytes bytes) {
    const Bytes digest = bytes.last(k_digest_size);
    const Sha256Digest computed = sha256(bytes.first(bytes.size() - k_digest_size));
    if (std::memcmp(computed.data(), digest.data(), k_digest_size) != 0) {
        refuse(path,
               fmt::format("is damaged: its checksum does not fit its content. {}", k_remedy));
    }
    const std::string_view kind = text_at(bytes, k_kind_at, k_kind.size());
    if (kind != k_kind) {
        refuse(path, fmt::format("is a Carousel file of another kind, \"{}\"; a \"{}\" is needed.",
                                 printable(kind.substr(0, kind.find('\0'))), k_kind.data()));
    }
    const std::uint64_t version = number_at(bytes, k_version_at);
    if (version > k_newest_version) {
        refuse(path, fmt::format("comes from a newer Carousel: its format version is {}, and this "
                                 "program reads versions up to {}. Update Carousel.",
                                 version, k_newest_version));
    }
    if (version < k_first_version) {
        refuse(path, fmt::format("has format version {}, which never was. {}", version, k_remedy));
    }
    return bytes.subspan(k_header_size, bytes.size() - k_frame_size);
}

/// Compares what is on the disk with the digest of what was meant to be.
void verify_written(const std::filesystem::path& path, const Sha256Digest& digest) {
    FileReader reader(path);
    Sha256 hash;
    std::vector<std::byte> buffer(std::size_t{1} << 20);
    // The last bytes read so far may be the stored digest and wait for their turn.
    std::size_t kept = 0;
    for (;;) {
        const std::size_t count = reader.read(std::span(buffer).subspan(kept));
        const std::size_t filled = kept + count;
        kept = std::min(filled, k_digest_size);
        hash.update(std::span(buffer).first(filled - kept));
        std::memmove(buffer.data(), buffer.data() + (filled - kept), kept);
        if (filled < buffer.size()) break;
    }
    if (hash.finish() != digest || kept != k_digest_size ||
        std::memcmp(buffer.data(), digest.data(), k_digest_size) != 0) {
        throw InputError(fmt::format(
            "Cannot write {}: reading it back gives other bytes. The disk may be failing.",
            shown_path(path)));
    }
}

/// A snapshot as an int8 file stores it: vectors as they are, of matrices the names and shapes, and
/// their values in 8 bits.
Snapshot quantized_form(const Snapshot& snapshot) {
    Snapshot stored = snapshot;
    for (auto& tensor : stored.weights) {
        if (tensor.shape.size() != 2) continue;
        stored.quantized.push_back(quantize_tensor(tensor));
        tensor.values.clear();
    }
    return stored;
}

/// The way back: all weights as floats again.
void dequantize_weights(Snapshot& stored) {
    auto next = stored.quantized.begin();
    for (auto& tensor : stored.weights) {
        if (tensor.shape.size() != 2) continue;
        if (next == stored.quantized.end() || next->name != tensor.name) {
            throw std::invalid_argument(
                fmt::format("the 8-bit values of \"{}\" are missing", printable(tensor.name)));
        }
        tensor = dequantize_tensor(*next++);
    }
    stored.quantized.erase(stored.quantized.begin(), next);
}

void write_snapshot(const std::filesystem::path& path, const Snapshot& snapshot) {
    Sha256Digest digest;
    const auto version = version_for(snapshot);
    const auto write = [&](const WriteBytes& write_bytes) {
        Sha256 hash;
        const WriteBytes hash_and_write = [&](Bytes bytes) {
            hash.update(bytes);
            write_bytes(bytes);
        };
        hash_and_write(make_header(version, record_size(snapshot, version)));
        write_record(snapshot, hash_and_write, version);
        digest = hash.finish();
        write_bytes(std::as_bytes(std::span(digest)));
    };
    replace_file(path, OwnFile::model, write,
                 [&](const std::filesystem::path& beside) { verify_written(beside, digest); });
}

/// What a whole file holds.
Snapshot snapshot_of(const std::filesystem::path& path, Bytes bytes) {
    const Bytes payload = require_sound(path, bytes);
    try {
        auto snapshot = read_record<Snapshot>(payload, number_at(bytes, k_version_at));
        require_ranges(snapshot);  // while 8-bit tensors stand there as they are stored
        if (snapshot.precision == Precision::int8) dequantize_weights(snapshot);
        require_valid(snapshot);
        return snapshot;
    } catch (const std::invalid_argument& error) {
        refuse(path, fmt::format("has the right checksum, but its contents make no sense: {}. {}",
                                 printable(error.what()), k_remedy));
    }
}

}  // namespace

void save_snapshot(const std::filesystem::path& path, const Snapshot& snapshot) {
    try {
        require_valid(snapshot);
    } catch (const std::invalid_argument& error) {
        throw std::logic_error(fmt::format("a snapshot to be saved is wrong: {}", error.what()));
    }
    if (snapshot.precision == Precision::int8)
        return write_snapshot(path, quantized_form(snapshot));
    write_snapshot(path, snapshot);
}

Snapshot load_snapshot(const std::filesystem::path& path) {
    const std::vector<std::byte> bytes = read_whole(path);
    return snapshot_of(path, bytes);
}

Snapshot load_snapshot(Bytes bytes, const std::filesystem::path& name) {
    require_magic(name, bytes);
    const std::uint64_t expected = whole_size(bytes);
    if (bytes.size() < expected) refuse_cut(name, bytes.size(), expected);
    if (bytes.size() > expected) refuse_longer(name, expected);
    return snapshot_of(name, bytes);
}

}  // namespace carousel
