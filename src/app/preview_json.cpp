#include "app/preview_json.hpp"

#include <nlohmann/json.hpp>

#include "app/setting_json.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"

namespace carousel {

std::string preview_json(const TrainingPreview& preview) {
    const auto& training = preview.plan;
    const auto& p = training.plan;
    const auto loss = [&](double value) {
        return training.expects_loss ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
    };
    nlohmann::ordered_json json{{"characters_to_learn_from", preview.characters_to_learn_from},
                                {"characters_to_validate_on", preview.characters_to_validate_on},
                                {"vocabulary_size", p.model.vocabulary_size},
                                {"threads", training.threads}};
    add_settings(json, p.model);
    json["parameters"] = preview.parameters;
    add_settings(json, p.training);
    json.update({{"seconds", preview.seconds},
                 {"characters_per_second", p.characters_per_second},
                 {"characters_read", static_cast<std::uint64_t>(p.characters)},
                 {"passes", p.passes},
                 {"updates", static_cast<std::uint64_t>(p.updates)},
                 {"memory_bytes", static_cast<std::uint64_t>(p.memory)},
                 {"share_of_signs", training.signs},
                 {"ngram_loss", loss(training.ngram_loss)},
                 {"expected_loss", loss(p.loss)},
                 {"expected_loss_low", loss(p.loss_low)},
                 {"expected_loss_high", loss(p.loss_high)},
                 {"notes", training.notes}});
    return json.dump(2) + '\n';
}

}  // namespace carousel
