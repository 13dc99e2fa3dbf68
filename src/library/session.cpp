#include "generation/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "generation/session_bytes.hpp"
#include "library/border.hpp"
#include "library/handles.hpp"
#include "library/model.hpp"
#include "library/settings.hpp"

namespace carousel {

namespace {

/// A text under way, and its model.
class OwnSession final : public Held {
public:
    static constexpr std::string_view k_kind = "a session";

    OwnSession(std::shared_ptr<HeldModel> model, Session session)
        : model_(std::move(model)), session_(std::move(session)), progress_(session_->progress()) {}

    std::string_view kind() const override { return k_kind; }
    const std::shared_ptr<HeldModel>& model() const { return model_; }
    const SessionProgress& progress() const { return progress_; }
    std::uint64_t seed() const { return seed_; }
    void set_seed(std::uint64_t seed) { seed_ = seed; }

    /// Throws: BorderError when it has ended.
    Session& session() {
        if (!session_ || progress_.end) {
            throw BorderError(CAROUSEL_ENDED,
                              "This session has ended, and writes no more: begin another one.");
        }
        return *session_;
    }

    /// Lets it write a symbol.
    carousel_piece step();

    /// Probabilities of what may come next, as the model says them.
    std::vector<float> next_symbols();

    std::vector<std::byte>& saved() { return saved_; }

private:
    std::shared_ptr<HeldModel> model_;
    std::optional<Session> session_;  // none: it has ended
    SessionProgress progress_;
    std::uint64_t seed_ = 0;
    std::string text_;  // of the newest piece
    std::vector<std::byte> saved_;
};

carousel_end end_of(const std::optional<SessionEnd>& end) {
    if (!end) return CAROUSEL_GOES_ON;
    switch (*end) {
        case SessionEnd::length:
            return CAROUSEL_END_OF_LENGTH;
        case SessionEnd::stop:
            return CAROUSEL_END_BY_STOP;
        case SessionEnd::document:
            return CAROUSEL_END_OF_DOCUMENT;
    }
    return CAROUSEL_GOES_ON;
}

// The batch works on a copy: what throws leaves the session where it was.
carousel_piece OwnSession::step() {
    carousel_piece piece{};
    const Session& now = session();
    model_->write([&](SessionBatch& batch) {
        const auto number = batch.join(now);
        std::optional<SessionPiece> written;
        for (const auto& each : batch.advance()) written = each;
        text_ = written ? std::move(written->text) : std::string();
        piece.ends_document = written && written->ends_document ? 1 : 0;
        if (written && written->ended) {
            piece.symbol = written->symbol;
            progress_ = *written->ended;
            session_.reset();
        } else {
            session_ = batch.leave(number);
            piece.symbol = session_->reading().unread.back();
            progress_ = session_->progress();
        }
    });
    piece.text = text_.c_str();
    piece.text_size = text_.size();
    piece.end = end_of(progress_.end);
    return piece;
}

std::vector<float> OwnSession::next_symbols() {
    auto [memory, unread] = session().reading();
    Tensor<2> logits;
    model_->read([&, &memory = memory, &unread = unread](Reader& reader) {
        TokenIds ids(TokenIds::shape_type{unread.size(), 1});
        std::copy(unread.begin(), unread.end(), ids.data());
        reader.advance(ids, memory, logits);
    });
    std::vector<float> probabilities(logits.begin(), logits.end());
    model_->softmax(probabilities);
    return probabilities;
}

carousel_session* hand_out_session(const std::shared_ptr<HeldModel>& model, Session session,
                                   std::uint64_t seed) {
    auto own = std::make_shared<OwnSession>(model, std::move(session));
    own->set_seed(seed);
    return static_cast<carousel_session*>(hand_out(std::move(own)));
}

Session begun_session(HeldModel& model, const SessionSettings& settings, std::string_view prompt,
                      std::uint64_t seed) {
    const auto& tokenizer = model.tokenizer();
    const SessionConfig config{.sampler = settings.sampler.over({}),
                               .seed = seed,
                               .length = settings.length,
                               .documents = settings.documents,
                               .stop = tokenizer.normalized(settings.stop, "The stop text"),
                               .raw = settings.raw};
    Session session(tokenizer, model.config(), config, tokenizer.encode(prompt, settings.unknown));
    model.write([&](SessionBatch& batch) { batch.read(session); });
    return session;
}

}  // namespace

}  // namespace carousel

using namespace carousel;

carousel_status carousel_new_session(carousel_model* model, carousel_settings* settings,
                                     const char* prompt, size_t prompt_size,
                                     carousel_session** session) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        require(session, "session");
        const auto text = text_of(prompt, prompt_size, "prompt");
        const GivenSettings given(settings, CAROUSEL_FOR_SESSION);
        const auto seed = given->session.seed ? *given->session.seed : random_seed();
        *session =
            hand_out_session(shared, begun_session(*shared, given->session, text, seed), seed);
    });
}

carousel_status carousel_free_session(carousel_session* session) {
    return answer([&] { take_back(session, OwnSession::k_kind); });
}

carousel_status carousel_step(carousel_session* session, carousel_piece* piece) {
    return answer([&] {
        const Turn<OwnSession> own(session);
        require_room(piece, "piece");
        fill(piece, own->step(), "piece");
    });
}

carousel_status carousel_next_symbols(carousel_session* session, float* probabilities,
                                      size_t count) {
    return answer([&] {
        const Turn<OwnSession> own(session);
        require(probabilities, "probabilities");
        const auto symbols = own->model()->tokenizer().vocabulary().size();
        if (count != symbols) {
            throw BorderError(
                CAROUSEL_ARGUMENT,
                fmt::format("The model has {} symbols, and there is room for {}.", symbols, count));
        }
        const auto next = own->next_symbols();
        std::copy(next.begin(), next.end(), probabilities);
    });
}

carousel_status carousel_tell_progress(carousel_session* session, carousel_progress* progress) {
    return answer([&] {
        const Turn<OwnSession> own(session);
        const auto& now = own->progress();
        fill(progress,
             {.struct_size = 0,
              .characters = now.characters,
              .symbols = now.symbols,
              .documents = now.documents,
              .seed = own->seed(),
              .end = end_of(now.end)},
             "progress");
    });
}

carousel_status carousel_branch(carousel_session* session, carousel_session** branch) {
    return answer([&] {
        const Turn<OwnSession> own(session);
        require(branch, "branch");
        *branch = hand_out_session(own->model(), own->session(), own->seed());
    });
}

carousel_status carousel_reseed(carousel_session* session, uint64_t seed) {
    return answer([&] {
        const Turn<OwnSession> own(session);
        own->session().draw_from(seed, 0);
        own->set_seed(seed);
    });
}

carousel_status carousel_save_session(carousel_session* session, const void** bytes, size_t* size) {
    return answer([&] {
        const Turn<OwnSession> own(session);
        require(bytes, "bytes");
        require(size, "size");
        own->saved() = save_session(own->session(), own->model()->config());
        *bytes = own->saved().data();
        *size = own->saved().size();
    });
}

carousel_status carousel_restore_session(carousel_model* model, const void* bytes, size_t size,
                                         carousel_session** session) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        require(session, "session");
        const auto content = text_of(bytes, size, "bytes");
        auto restored = restore_session(std::as_bytes(std::span(content)), shared->tokenizer(),
                                        shared->config());
        const auto seed = restored.config().seed;
        *session = hand_out_session(shared, std::move(restored), seed);
    });
}

carousel_status carousel_read(carousel_session* session, const char* text, size_t text_size) {
    return answer([&] {
        const Turn<OwnSession> own(session);
        auto& now = own->session();
        const auto ids = own->model()->tokenizer().encode(text_of(text, text_size, "text"));
        if (!now.begun().empty()) {
            throw BorderError(CAROUSEL_USAGE,
                              "This session is inside a character: let it write that first.");
        }
        auto& unread = now.reading().unread;
        unread.insert(unread.end(), ids.begin(), ids.end());
    });
}
