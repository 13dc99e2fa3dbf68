#include "snapshot/archive.hpp"
#include "base/words.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <boost/archive/detail/interface_iarchive.hpp>
#include <boost/archive/detail/interface_oarchive.hpp>
#include <boost/serialization/serialization.hpp>
#include <concepts>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "snapshot/fields.hpp"

// First the archive that writes, then the one that reads, with the same cases in the same order;
// at the end the instantiations, which are all the records that ever stand in a file.

namespace carousel {

namespace {

static_assert(sizeof(float) == 4 && sizeof(double) == 8);

constexpr std::size_t k_word_size = 16;
constexpr std::size_t k_buffer_size = std::size_t{1} << 16;

template <typename T>
concept Number = std::is_arithmetic_v<T>;
template <typename T>
concept Enumeration = std::is_enum_v<T>;

/// Numbers that lie in memory as they lie in the file.
template <typename T>
constexpr bool k_same_in_memory =
    Number<T> && !std::same_as<T, bool> && std::endian::native == std::endian::little;

/// The unsigned integer that carries the bits of a number; a truth value is one byte.
template <Number T>
auto to_bits(T value) {
    if constexpr (std::same_as<T, float>)
        return std::bit_cast<std::uint32_t>(value);
    else if constexpr (std::same_as<T, double>)
        return std::bit_cast<std::uint64_t>(value);
    else if constexpr (std::same_as<T, bool>)
        return static_cast<std::uint8_t>(value);
    else
        return static_cast<std::make_unsigned_t<T>>(value);
}

// Both archives model Boost's interface and route each type themselves: numbers, words, strings,
// lists and optionals to the functions below, every other class to its `serialize`. So Boost's own
// serializers, with their headers, class information, tracking and pointers, are never
// instantiated.
class OutputArchive : public boost::archive::detail::interface_oarchive<OutputArchive> {
public:
    /// `write` must outlive the archive; an empty one only counts.
    OutputArchive(const WriteBytes& write, std::uint64_t version)
        : write_(write), version_(version) {}

    std::uint64_t size() const { return size_; }
    std::uint64_t version() const { return version_; }

    void flush() {
        if (write_ && !buffer_.empty()) write_(buffer_);
        buffer_.clear();
    }

    template <Number T>
    void save_override(const T& value) {
        const auto bits = to_bits(value);
        std::array<std::byte, sizeof bits> bytes;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::byte>(bits >> 8 * i & 0xFF);
        }
        put(bytes);
    }

    template <Enumeration T>
    void save_override(const T& value) {
        const std::string_view word = k_words<T>.at(static_cast<std::size_t>(value));
        std::array<char, k_word_size> padded{};
        word.copy(padded.data(), padded.size());
        put(std::as_bytes(std::span(padded)));
    }

    void save_override(const std::string& text) {
        save_override(std::uint64_t{text.size()});
        put(std::as_bytes(std::span(text)));
    }

    void save_override(const Sha256Digest& digest) { put(std::as_bytes(std::span(digest))); }

    template <class T>
    void save_override(const std::optional<T>& value) {
        save_override(value.has_value());
        if (value) *this << *value;
    }

    template <class T>
    void save_override(const std::vector<T>& list) {
        save_override(std::uint64_t{list.size()});
        if constexpr (k_same_in_memory<T>) {
            put(std::as_bytes(std::span(list)));
        } else {
            for (const T& item : list) *this << item;
        }
    }

    template <class T>
    requires std::is_class_v<T>
    void save_override(const T& record) {
        // Boost's interface has one `serialize` for both directions; saving changes nothing.
        boost::serialization::serialize_adl(*this, const_cast<T&>(record), 0U);
    }

private:
    void put(std::span<const std::byte> bytes) {
        size_ += bytes.size();
        if (!write_) return;
        if (buffer_.size() + bytes.size() > k_buffer_size) flush();
        if (bytes.size() > k_buffer_size) {
            write_(bytes);
        } else {
            buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
        }
    }

    const WriteBytes& write_;
    std::uint64_t version_;
    std::vector<std::byte> buffer_;
    std::uint64_t size_ = 0;
};

/// Fewest bytes that a T takes: those of an empty one, since enumerations have words of one size.
template <class T>
std::uint64_t least_size() {
    if constexpr (Number<T>) {
        return sizeof(to_bits(T{}));
    } else {
        static const std::uint64_t size = record_size(T{});
        return size;
    }
}

class InputArchive : public boost::archive::detail::interface_iarchive<InputArchive> {
public:
    InputArchive(std::span<const std::byte> bytes, std::uint64_t version)
        : bytes_(bytes), version_(version) {}

    std::uint64_t version() const { return version_; }

    void require_end() const {
        if (left() > 0) refuse(fmt::format("{} bytes stand after the end", left()));
    }

    template <Number T>
    void load_override(T& value) {
        using Bits = decltype(to_bits(value));
        const auto bytes = take(sizeof(Bits));
        Bits bits = 0;
        for (std::size_t i = 0; i < sizeof(Bits); ++i) {
            bits = static_cast<Bits>(bits | static_cast<Bits>(bytes[i]) << 8 * i);
        }
        if constexpr (std::same_as<T, bool>) {
            if (bits > 1) refuse(fmt::format("{} stands where 0 or 1 is expected", bits));
            value = bits == 1;
        } else {
            value = std::bit_cast<T>(bits);
        }
    }

    template <Enumeration T>
    void load_override(T& value) {
        std::array<char, k_word_size> padded;
        std::memcpy(padded.data(), take(k_word_size).data(), k_word_size);
        for (std::size_t i = 0; i < k_words<T>.size(); ++i) {
            std::array<char, k_word_size> known{};
            k_words<T>[i].copy(known.data(), known.size());
            if (known == padded) {
                value = static_cast<T>(i);
                return;
            }
        }
        refuse(fmt::format("a word that is none of \"{}\"", fmt::join(k_words<T>, "\", \"")));
    }

    void load_override(std::string& text) {
        const auto bytes = take(load_count(1));
        text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    void load_override(Sha256Digest& digest) {
        std::memcpy(digest.data(), take(digest.size()).data(), digest.size());
    }

    template <class T>
    void load_override(std::optional<T>& value) {
        bool present = false;
        load_override(present);
        if (present)
            *this >> value.emplace();
        else
            value.reset();
    }

    template <class T>
    void load_override(std::vector<T>& list) {
        const std::size_t count = load_count(least_size<T>());
        list.clear();
        if constexpr (k_same_in_memory<T>) {
            const auto bytes = take(count * sizeof(T));
            list.resize(count);
            if (count > 0) std::memcpy(list.data(), bytes.data(), bytes.size());
        } else {
            list.reserve(count);
            for (std::size_t i = 0; i < count; ++i) *this >> list.emplace_back();
        }
    }

    template <class T>
    requires std::is_class_v<T>
    void load_override(T& record) { boost::serialization::serialize_adl(*this, record, 0U); }

private:
    std::size_t left() const { return bytes_.size() - position_; }

    [[noreturn]] void refuse(const std::string& what) const {
        throw std::invalid_argument(fmt::format("{} (byte {} of the content)", what, position_));
    }

    std::span<const std::byte> take(std::size_t count) {
        if (count > left()) {
            refuse(fmt::format("{} bytes are expected where {} are left", count, left()));
        }
        const auto bytes = bytes_.subspan(position_, count);
        position_ += count;
        return bytes;
    }

    /// A count of items of at least `least` bytes each; all of them must fit into what is left.
    std::size_t load_count(std::uint64_t least) {
        std::uint64_t count = 0;
        load_override(count);
        if (count > left() / least) {
            refuse(
                fmt::format("a list of {} items of {} bytes or more stands where {} bytes are left",
                            count, least, left()));
        }
        return static_cast<std::size_t>(count);
    }

    std::span<const std::byte> bytes_;
    std::uint64_t version_;
    std::size_t position_ = 0;
};

}  // namespace

template <typename Record>
void write_record(const Record& record, const WriteBytes& write, std::uint64_t version) {
    OutputArchive archive(write, version);
    archive << record;
    archive.flush();
}

template <typename Record>
std::uint64_t record_size(const Record& record, std::uint64_t version) {
    const WriteBytes count_only;
    OutputArchive archive(count_only, version);
    archive << record;
    return archive.size();
}

template <typename Record>
Record read_record(std::span<const std::byte> bytes, std::uint64_t version) {
    Record record;
    InputArchive archive(bytes, version);
    archive >> record;
    archive.require_end();
    return record;
}

template void write_record(const Snapshot&, const WriteBytes&, std::uint64_t);
template std::uint64_t record_size(const Snapshot&, std::uint64_t);
template Snapshot read_record(std::span<const std::byte>, std::uint64_t);

template void write_record(const NamedTensor&, const WriteBytes&, std::uint64_t);
template std::uint64_t record_size(const NamedTensor&, std::uint64_t);
template NamedTensor read_record(std::span<const std::byte>, std::uint64_t);

template void write_record(const HistoryRecord&, const WriteBytes&, std::uint64_t);
template std::uint64_t record_size(const HistoryRecord&, std::uint64_t);
template HistoryRecord read_record(std::span<const std::byte>, std::uint64_t);

template void write_record(const std::vector<NamedTensor>&, const WriteBytes&, std::uint64_t);
template std::uint64_t record_size(const std::vector<NamedTensor>&, std::uint64_t);
template std::vector<NamedTensor> read_record(std::span<const std::byte>, std::uint64_t);

}  // namespace carousel
