#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace carousel {

// What processes on machines of one kind tell each other, as bytes one behind the other. Both run
// the same program, so that what is read is what was put.

class MessageWriter {
public:
    template <typename Value>
    requires std::is_trivially_copyable_v<Value>
    void put(const Value& value) { append(std::as_bytes(std::span(&value, 1))); }
    void put(std::string_view text) { put_list(std::span(text)); }
    void put(const std::string& text) { put(std::string_view(text)); }

    /// How many there are, then all of them.
    template <typename Value>
    requires std::is_trivially_copyable_v<Value>
    void put_list(std::span<const Value> values) {
        put(std::uint64_t{values.size()});
        append(std::as_bytes(values));
    }

    const std::vector<std::byte>& bytes() const { return bytes_; }

private:
    void append(std::span<const std::byte> bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }

    std::vector<std::byte> bytes_;
};

class MessageReader {
public:
    explicit MessageReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <typename Value>
    requires std::is_trivially_copyable_v<Value> Value get() {
        Value value;
        take(std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }
    std::string get_text() {
        std::string text(size_of_list(1), '\0');
        take(std::as_writable_bytes(std::span(text)));
        return text;
    }
    template <typename Value>
    requires std::is_trivially_copyable_v<Value> std::vector<Value> get_list() {
        std::vector<Value> values(size_of_list(sizeof(Value)));
        take(std::as_writable_bytes(std::span(values)));
        return values;
    }

private:
    std::size_t size_of_list(std::size_t of_each) {
        const auto size = get<std::uint64_t>();
        if (size > bytes_.size() / of_each) throw std::logic_error("a message is cut short");
        return static_cast<std::size_t>(size);
    }
    void take(std::span<std::byte> out) {
        if (out.size() > bytes_.size()) throw std::logic_error("a message is cut short");
        if (!out.empty()) std::memcpy(out.data(), bytes_.data(), out.size());
        bytes_ = bytes_.subspan(out.size());
    }

    std::span<const std::byte> bytes_;
};

}  // namespace carousel
