#include "generation/session_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "model/cell_kind.hpp"
#include "model/transformer.hpp"

// Two archives with one interface: bytes written, bytes read. `value` says how each kind of value
// becomes unsigned integers in either direction, `fields` which values a session has. What comes
// from bytes is checked in two places: counts here, before anything is allocated, and what values
// mean in the constructor of Session.

namespace carousel {

namespace {

constexpr std::string_view k_magic = "carousel session";
constexpr std::uint32_t k_version = 3;

template <typename T>
concept Number = std::unsigned_integral<T> && !std::same_as<T, bool>;

/// Puts values behind each other.
class ByteWriter {
public:
    std::vector<std::byte> bytes;

    void operator()(Number auto& number) {
        for (std::size_t i = 0; i < sizeof number; ++i) {
            bytes.push_back(static_cast<std::byte>(std::uint64_t{number} >> 8 * i & 0xFF));
        }
    }

    void raw(std::span<const std::byte> more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
    }

    template <class List>
    std::size_t count(const List& list) {
        std::uint64_t size = list.size();
        (*this)(size);
        return list.size();
    }
};

/// Takes values off the front of `bytes`, and never more than there are.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    void operator()(Number auto& number) {
        std::uint64_t bits = 0;
        const auto taken = take(sizeof number);
        for (std::size_t i = 0; i < taken.size(); ++i) bits |= std::uint64_t(taken[i]) << 8 * i;
        number = static_cast<std::remove_reference_t<decltype(number)>>(bits);
    }

    std::span<const std::byte> take(std::size_t count) {
        if (count > bytes_.size()) throw std::invalid_argument("it ends too early");
        const auto taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }

    /// The count of a list that is to be filled, which must fit into the bytes left.
    template <class List>
    std::size_t count(List& list) {
        std::uint64_t size = 0;
        (*this)(size);
        if (size > bytes_.size() / sizeof(typename List::value_type))
            throw std::invalid_argument("it ends too early");
        list.resize(static_cast<std::size_t>(size));
        return list.size();
    }

    void require_end() const {
        if (!bytes_.empty()) throw std::invalid_argument("something stands after its end");
    }

private:
    std::span<const std::byte> bytes_;
};

// Each kind of value by way of unsigned integers, in both directions.

template <class Archive>
void value(Archive& archive, Number auto& number) {
    archive(number);
}

template <class Archive>
void value(Archive& archive, std::int64_t& number) {
    auto bits = static_cast<std::uint64_t>(number);
    archive(bits);
    number = static_cast<std::int64_t>(bits);
}

template <class Archive>
void value(Archive& archive, float& number) {
    auto bits = std::bit_cast<std::uint32_t>(number);
    archive(bits);
    number = std::bit_cast<float>(bits);
}

template <class Archive>
void value(Archive& archive, bool& truth) {
    std::uint8_t bits = truth ? 1 : 0;
    archive(bits);
    if (bits > 1) throw std::invalid_argument("a truth value is neither 0 nor 1");
    truth = bits == 1;
}

template <class Archive>
void value(Archive& archive, std::optional<SessionEnd>& end) {
    std::uint8_t bits = end ? static_cast<std::uint8_t>(1 + static_cast<int>(*end)) : 0;
    archive(bits);
    if (bits > 1 + static_cast<int>(SessionEnd::document))
        throw std::invalid_argument("it ended for an unknown reason");
    end = bits > 0 ? std::optional(static_cast<SessionEnd>(bits - 1)) : std::nullopt;
}

template <class Archive>
void value(Archive& archive, std::string& text) {
    const auto size = archive.count(text);
    for (std::size_t i = 0; i < size; ++i) {
        auto byte = static_cast<std::uint8_t>(text[i]);
        archive(byte);
        text[i] = static_cast<char>(byte);
    }
}

template <class Archive>
void value(Archive& archive, std::vector<TokenId>& ids) {
    archive.count(ids);
    for (auto& id : ids) archive(id);
}

template <class Archive>
void value(Archive& archive, Tensor<3>& tensor) {
    for (float& number : tensor) value(archive, number);
}

template <class Archive, class... Values>
void values(Archive& archive, Values&... each) {
    (value(archive, each), ...);
}

/// The grammar. `x.reading.memory` has the shape of the model, before it is read too.
template <class Archive>
void fields(Archive& archive, SessionRecord& x) {
    auto& sampler = x.config.sampler;
    values(archive, sampler.temperature, sampler.top_k, sampler.top_p, sampler.min_p,
           sampler.loop_length, x.config.seed, x.config.sample, x.config.length, x.config.documents,
           x.config.stop, x.config.raw, x.progress.characters, x.progress.earlier,
           x.progress.symbols, x.progress.documents, x.progress.end, x.reading.unread, x.recent,
           x.text.bytes, x.text.cluster, x.text.characters, x.held, x.reading.memory.hidden,
           x.reading.memory.states);
}

/// What a session and the model that restores it must have in common.
Sha256Digest fingerprint(const Tokenizer& tokenizer, const LanguageModelConfig& model) {
    ByteWriter writer;
    std::string cell = k_cell_words[static_cast<int>(model.cell)];
    auto layers = model.layers, hidden_size = model.hidden_size;
    auto unit = static_cast<std::uint8_t>(tokenizer.settings().unit);
    values(writer, cell, layers, hidden_size, unit);
    if (is_transformer(model)) {
        auto heads = model.heads, context = model.context;
        values(writer, heads, context);
    }
    for (auto [kind, text] : tokenizer.vocabulary().symbols()) {
        auto kind_bits = static_cast<std::uint8_t>(kind);
        values(writer, kind_bits, text);
    }
    return sha256(writer.bytes);
}

bool equal(std::span<const std::byte> bytes, const Sha256Digest& digest) {
    return std::memcmp(bytes.data(), digest.data(), digest.size()) == 0;
}

SessionRecord read_record(std::span<const std::byte> bytes, const Tokenizer& tokenizer,
                          const LanguageModelConfig& model) {
    constexpr std::size_t k_digest = sizeof(Sha256Digest);
    ByteReader head(bytes);
    const auto magic = std::as_bytes(std::span(k_magic));
    if (const auto start = head.take(magic.size());
        !std::equal(start.begin(), start.end(), magic.begin())) {
        throw std::invalid_argument("it begins as none does");
    }
    std::uint32_t version = 0;
    head(version);
    if (version != k_version) {
        throw std::invalid_argument(fmt::format(
            "it has version {}, and this program reads version {}", version, k_version));
    }
    const auto print = head.take(k_digest);
    const auto head_size = magic.size() + sizeof version + k_digest;
    if (bytes.size() < head_size + k_digest) throw std::invalid_argument("it ends too early");
    const auto content = bytes.first(bytes.size() - k_digest);
    if (!equal(bytes.last(k_digest), sha256(content))) {
        throw std::invalid_argument("its checksum is wrong");
    }
    if (!equal(print, fingerprint(tokenizer, model))) {
        throw std::invalid_argument(
            "its model has another shape or another alphabet than this one");
    }
    SessionRecord record;
    record.reading.memory = RecurrentState::zeros(model, 1);
    ByteReader reader(content.subspan(head_size));
    fields(reader, record);
    reader.require_end();
    return record;
}

}  // namespace

std::vector<std::byte> save_session(const Session& session, const LanguageModelConfig& model) {
    ByteWriter writer;
    writer.raw(std::as_bytes(std::span(k_magic)));
    auto version = k_version;
    writer(version);
    const auto print = fingerprint(session.tokenizer(), model);
    writer.raw(std::as_bytes(std::span(print)));
    auto record = session.record();
    fields(writer, record);
    const auto digest = sha256(writer.bytes);
    writer.raw(std::as_bytes(std::span(digest)));
    return std::move(writer.bytes);
}

Session restore_session(std::span<const std::byte> bytes, const Tokenizer& tokenizer,
                        const LanguageModelConfig& model) {
    try {
        return {tokenizer, model, read_record(bytes, tokenizer, model)};
    } catch (const std::invalid_argument& error) {
        throw SnapshotError(
            fmt::format("These bytes are no session that can go on: {}. Begin a new one with its "
                        "prompt.",
                        error.what()));
    }
}

}  // namespace carousel
