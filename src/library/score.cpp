#include "app/text_score.hpp"
#include "library/border.hpp"
#include "library/handles.hpp"
#include "library/model.hpp"
#include "library/settings.hpp"

namespace carousel {

namespace {

class OwnScore final : public Held {
public:
    static constexpr std::string_view k_kind = "a score";

    explicit OwnScore(TextScore score) : score_(std::move(score)) {}
    std::string_view kind() const override { return k_kind; }
    const TextScore& score() const { return score_; }

private:
    TextScore score_;
};

}  // namespace

}  // namespace carousel

using namespace carousel;

carousel_status carousel_score_text(carousel_model* model, carousel_settings* settings,
                                    const char* text, size_t text_size, carousel_score** score) {
    return answer([&] {
        const auto shared = find<HeldModel>(model);
        require(score, "score");
        const auto content = text_of(text, text_size, "text");
        const GivenSettings given(settings, CAROUSEL_FOR_SCORE);
        TextScore found;
        shared->read([&](Reader& reader) {
            found = score_text(reader, shared->config(), shared->tokenizer(), content,
                               given->score.unknown);
        });
        *score =
            static_cast<carousel_score*>(hand_out(std::make_shared<OwnScore>(std::move(found))));
    });
}

carousel_status carousel_free_score(carousel_score* score) {
    return answer([&] { take_back(score, OwnScore::k_kind); });
}

carousel_status carousel_tell_surprisals(carousel_score* score, carousel_surprisals* surprisals) {
    return answer([&] {
        const Turn<OwnScore> own(score);
        const auto& found = own->score();
        fill(surprisals,
             {.struct_size = 0,
              .characters = found.nats.size(),
              .mean = nats_per_character(found.metrics),
              .sum = found.metrics.nats,
              .nats = found.nats.data(),
              .end = found.ends.data(),
              .text = found.text.c_str(),
              .text_size = found.text.size()},
             "surprisals");
    });
}
