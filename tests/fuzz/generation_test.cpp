#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "fuzz/campaign.hpp"
#include "generation/session_batch.hpp"
#include "generation/session_bytes.hpp"
#include "generation/small_sessions.hpp"
#include "text/characters.hpp"
#include "text/utf8.hpp"

using namespace carousel;
using namespace std::string_literals;

namespace {

constexpr float k_temperatures[] = {0.8F, 0, 1e-30F, 1, 2, 1e30F};
constexpr std::int64_t k_top_k[] = {0, 1, 2, 1'000'000'000};
constexpr float k_top_p[] = {1, 0.9F, 1e-30F};
constexpr float k_min_p[] = {0, 0.1F, 0.999F};
constexpr std::uint64_t k_lengths[] = {40, 0, 1, 7};
constexpr std::size_t k_most_symbols = 200;

/// Writes with what the bytes of the input choose, over a model of theirs; says which law is
/// broken.
class Writing {
public:
    std::string flaw(const std::string& input) const {
        Choices choices(input);
        const SmallSession& small = choices.pick(small_);
        SessionConfig config = small.config;
        config.sampler = {.temperature = choices.pick(k_temperatures),
                          .top_k = choices.pick(k_top_k),
                          .top_p = choices.pick(k_top_p),
                          .min_p = choices.pick(k_min_p)};
        config.length = choices.pick(k_lengths);
        config.seed = choices.below(256);
        const std::size_t restored_after = choices.below(50);
        config.stop = std::string(choices.take(choices.below(6)));
        try {
            const auto prompt = small.tokenizer.encode(choices.rest(), UnknownCharacters::skip);
            return flaw(small, {small.tokenizer, small.model.config(), config, prompt},
                        restored_after);
        } catch (const UsageError&) {
            return {};  // a prompt that is not UTF-8, or ends inside a sequence
        }
    }

private:
    static std::string flaw(const SmallSession& small, const Session& start,
                            std::size_t restored_after) {
        const auto whole = written(small, start, k_most_symbols);
        const auto& config = start.config();
        if (!config.raw && valid_utf8_prefix(whole.text) != whole.text.size())
            return "what was written is not UTF-8";
        const auto unit = small.tokenizer.settings().unit;
        const bool one = config.documents == 1;
        // Inside a cluster, and across two documents, it may stand.
        if (!config.stop.empty() && one && unit != Unit::grapheme &&
            whole.text.find(config.stop) != std::string::npos)
            return "the stop text was given out";
        if (whole.end.end && whole.text.empty() && whole.end.end != SessionEnd::stop)
            return "a text is empty";
        if (whole.end.end && one && whole.end.characters != count_characters(whole.text, unit))
            return "the count is not that of the text";
        const auto part = written(small, start, restored_after);
        if (!part.left) return {};
        const auto bytes = save_session(*part.left, small.model.config());
        const auto rest =
            written(small, restore_session(bytes, small.tokenizer, small.model.config()),
                    k_most_symbols - restored_after);
        if (part.text + rest.text != whole.text) return "a saved session goes on otherwise";
        return {};
    }

    struct Written {
        std::string text;
        SessionProgress end;
        std::optional<Session> left;  ///< when it has not ended
    };
    static Written written(const SmallSession& small, const Session& session, std::size_t symbols) {
        SessionBatch batch(small.model, small.tokenizer, 1);
        const auto number = batch.join(session);
        Written written;
        for (std::size_t i = 0; i < symbols && !batch.empty(); ++i) {
            for (const auto& piece : batch.advance()) {
                written.text += piece.text;
                if (piece.ended) written.end = *piece.ended;
            }
        }
        if (!batch.empty()) written.left = batch.leave(number);
        return written;
    }

    std::vector<SmallSession> small_ = small_sessions();
};

/// Saved sessions of hostile bytes: they are refused, or write.
class Restoring {
public:
    std::vector<std::string> seeds() const {
        std::vector<std::string> seeds;
        for (const auto& small : small_) {
            const auto bytes = save_session(small.start(), small.model.config());
            seeds.emplace_back(reinterpret_cast<const char*>(bytes.data()),
                               bytes.size() - sizeof(Sha256Digest));
        }
        return seeds;
    }

    std::string flaw(const std::string& input) const {
        std::string sealed = input;
        Sha256 hash;
        hash.update(std::as_bytes(std::span(input)));
        const auto digest = hash.finish();
        sealed.append(reinterpret_cast<const char*>(digest.data()), digest.size());
        for (const auto& small : small_) {
            try {
                const auto session = restore_session(std::as_bytes(std::span(sealed)),
                                                     small.tokenizer, small.model.config());
                if (session.progress().end) continue;
                SessionBatch batch(small.model, small.tokenizer, 1);
                batch.join(session);
                for (int i = 0; i < 5 && !batch.empty(); ++i) batch.advance();
            } catch (const SnapshotError&) {
            }
        }
        return {};
    }

private:
    std::vector<SmallSession> small_ = small_sessions();
};

}  // namespace

TEST_SUITE("fuzz/generation") {
    TEST_CASE(
        "whatever the controls, the prompt and the stop text, what is written keeps its laws") {
        const Writing writing;
        run({.name = "generation",
             .seeds = {"\0\0\0\0\0\0\0\0\0the fox"s, "\1\1\1\1\0\1\5\11\2ab"s,
                       "\2\3\0\0\0\0\0\6\3\xF0\x9F"s, "\5\4\2\0\2\3\7\2\1bb"s},
             .words = {"\x80", "\xC3", "\u0301", "\u200D\U0001F469", "\n", "a"},
             .usual = 800,
             .mutate = {},
             .harness = [&](const std::string& input) { return writing.flaw(input); }});
    }

    TEST_CASE("a saved session of any bytes is refused or writes") {
        const Restoring restoring;
        run({.name = "sessions",
             .seeds = restoring.seeds(),
             .words = {},
             .usual = 800,
             .mutate = {},
             .harness = [&](const std::string& input) { return restoring.flaw(input); }});
    }
}
