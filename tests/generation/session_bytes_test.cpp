#include "generation/session_bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "generation/small_sessions.hpp"
#include "text/utf8.hpp"

using namespace carousel;

namespace {

using Bytes = std::vector<std::byte>;

Bytes saved(const SmallSession& small, const Session& session) {
    return save_session(session, small.model.config());
}

Session restored(const SmallSession& small, std::span<const std::byte> bytes) {
    return restore_session(bytes, small.tokenizer, small.model.config());
}

/// A session that has written some symbols.
Session half_written(const SmallSession& small) {
    SessionBatch batch(small.model, small.tokenizer, 1);
    batch.join(small.start());
    for (int i = 0; i < 20; ++i) batch.advance();
    return batch.leave(0);
}

/// Lets a session write that may be any.
void write_some(const SmallSession& small, const Session& session) {
    if (session.progress().end) return;
    SessionBatch batch(small.model, small.tokenizer, 1);
    batch.join(session);
    for (int i = 0; i < 5; ++i) {
        for (const auto& piece : batch.advance()) {
            if (!session.config().raw) CHECK(valid_utf8_prefix(piece.text) == piece.text.size());
        }
    }
}

/// The bytes with a checksum that fits them, as somebody makes them who means harm.
Bytes sealed(Bytes bytes) {
    Sha256 hash;
    hash.update(std::span(bytes).first(bytes.size() - sizeof(Sha256Digest)));
    const auto digest = hash.finish();
    std::transform(digest.begin(), digest.end(), bytes.end() - sizeof(Sha256Digest),
                   [](std::uint8_t byte) { return std::byte{byte}; });
    return bytes;
}

}  // namespace

TEST_SUITE("generation/session_bytes") {
    TEST_CASE("a session saved and restored at any symbol goes on with the same text") {
        for (const auto& small : small_sessions()) {
            INFO(small.name);
            const std::string whole = rest_of(small, small.start());
            std::string text;
            SessionBatch batch(small.model, small.tokenizer, 1);
            batch.join(small.start());
            for (std::uint64_t number = 0; !batch.empty(); ++number) {
                const auto session = restored(small, saved(small, batch.leave(number)));
                if (number % 7 == 0) CHECK(text + rest_of(small, session) == whole);
                batch.join(session);
                for (const auto& piece : batch.advance()) text += piece.text;
            }
            CHECK(text == whole);
        }
    }

    TEST_CASE("a session restored before its prompt was read writes the same") {
        for (const auto& small : small_sessions()) {
            INFO(small.name);
            const auto session = restored(small, saved(small, small.start()));
            CHECK(session.reading().unread == small.start().reading().unread);
            CHECK(rest_of(small, session) == rest_of(small, small.start()));
        }
    }

    TEST_CASE("bytes cut short at any length, or longer, are refused") {
        const auto small = std::move(small_sessions().front());
        auto bytes = saved(small, half_written(small));
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            CHECK_THROWS_AS(restored(small, std::span(bytes).first(length)), SnapshotError);
        }
        bytes.push_back(std::byte{0});
        CHECK_THROWS_AS(restored(small, bytes), SnapshotError);
        CHECK_THROWS_AS(restored(small, sealed(bytes)), SnapshotError);
    }

    TEST_CASE("bytes with any byte changed are refused") {
        const auto small = std::move(small_sessions().front());
        const auto bytes = saved(small, half_written(small));
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            auto changed = bytes;
            changed[i] ^= std::byte{1};
            CHECK_THROWS_AS(restored(small, changed), SnapshotError);
        }
    }

    TEST_CASE("what somebody changed and sealed again is refused or writes some text") {
        for (const auto& small : small_sessions()) {
            INFO(small.name);
            const auto bytes = saved(small, half_written(small));
            const std::size_t fields = std::min<std::size_t>(bytes.size(), 400);
            for (std::size_t i = 0; i < fields; ++i) {
                for (const int value : {0x00, 0x01, 0x7F, 0xFF}) {
                    auto changed = bytes;
                    changed[i] = static_cast<std::byte>(value);
                    try {
                        write_some(small, restored(small, sealed(changed)));
                    } catch (const SnapshotError&) {
                    }
                }
            }
        }
    }

    TEST_CASE("a session that is saved inside a loop ends it as it would have") {
        const auto small = std::move(small_sessions().front());
        auto config = small.config;
        config.sampler = {.temperature = 0.01F};
        config.length = 200;
        for (const std::size_t read : {10U, 17U, 30U}) {
            const auto prompt = small.tokenizer.encode(std::string(read, 't'));
            const Session session(small.tokenizer, small.model.config(), config, prompt);
            CHECK(rest_of(small, restored(small, saved(small, session))) ==
                  rest_of(small, session));
        }
    }

    TEST_CASE("a session of another model's shape or alphabet, or another version, is refused") {
        const auto small = std::move(small_sessions().front());
        const auto bytes = saved(small, half_written(small));
        auto larger = small.model.config();
        larger.hidden_size += 1;
        CHECK_THROWS_AS(restore_session(bytes, small.tokenizer, larger), SnapshotError);
        const auto attentive = std::move(small_sessions().back());
        auto longer = attentive.model.config();
        longer.context += 1;
        CHECK_THROWS_AS(
            restore_session(saved(attentive, half_written(attentive)), attentive.tokenizer, longer),
            SnapshotError);
        const auto other = tokenizer_of("the quick brown fox jumps over the lazy dog!\n");
        REQUIRE(other.vocabulary().size() == small.tokenizer.vocabulary().size());
        CHECK_THROWS_AS(restore_session(bytes, other, small.model.config()), SnapshotError);
        auto newer = bytes;
        newer[16] = std::byte{4};
        CHECK_THROWS_WITH_AS(restored(small, sealed(newer)),
                             doctest::Contains("version 4, and this program reads version 3"),
                             SnapshotError);
    }
}
