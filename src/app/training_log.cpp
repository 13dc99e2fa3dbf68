#include "app/training_log.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

namespace carousel {

namespace {

constexpr double k_seconds_apart = 5;  // of lines about steps

nlohmann::ordered_json object_of(std::string_view event, const HistoryRecord& record) {
    return {{"event", event},
            {"step", record.step},
            {"epoch", record.epoch},
            {"seconds", record.seconds},
            {"learning_rate", record.learning_rate},
            {"training_loss", record.training_loss}};
}

// A text that is not valid UTF-8 must not end a training.
std::string line_of(const nlohmann::ordered_json& object) {
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void TrainingLog::hear(const TrainingEvent& event) {
    std::visit(
        Hear{[&](const Begun& e) { last_progress_ = e.run.now.seconds; },
             [&](const Stepped& e) { progress(e); }, [&](const Validated& e) { validation(e); },
             [&](const Sampled& e) { message("sample", e.text, step_); },
             [&](const Recovered& e) { message("divergence", e.text, e.step); },
             [&](const Ended& e) {
                 if (!e.saved) message("failure", e.shortfall);
                 if (e.end == TrainingEnd::stopped) return message("stopped", e.why);
                 if (e.end == TrainingEnd::patience) message("patience", e.why);
                 message("end", e.verdict);
             },
             [](const auto&) {}},
        event);
}

void TrainingLog::message(std::string_view event, std::string_view text,
                          std::optional<std::uint64_t> step) {
    nlohmann::ordered_json object{{"event", event}};
    if (step) object["step"] = *step;
    object["text"] = text;
    file_.append(line_of(object));
}

void TrainingLog::progress(const Stepped& step) {
    const auto& now = step.run.now;
    step_ = now.step;
    if (now.seconds - last_progress_ < k_seconds_apart) return;
    last_progress_ = now.seconds;
    auto object = object_of("progress", now);
    object["characters_per_second"] = step.characters_per_second;
    file_.append(line_of(object));
}

void TrainingLog::validation(const Validated& validated) {
    const auto& record = validated.run.now;
    auto object = object_of("validation", record);
    object["validation_loss"] = record.validation_loss;
    object["bits_per_character"] = record.validation_loss / std::numbers::ln2;
    object["perplexity"] = std::exp(record.validation_loss);
    object["averaged"] = record.averaged;
    object["best"] = validated.best;
    file_.append(line_of(object));
}

}  // namespace carousel
