#include "app/training_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <utility>

#include "app/setting_json.hpp"
#include "app/training_request.hpp"
#include "app/training_text.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "text/text_descriptions.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

// A text that is not valid UTF-8 must not end a training.
std::string line_of(const Json& object) {
    return object.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string message(std::string_view event, std::string_view text) {
    return line_of({{"event", event}, {"text", text}});
}

std::string message(std::string_view event, std::uint64_t step, std::string_view text) {
    return line_of({{"event", event}, {"step", step}, {"text", text}});
}

Json standing(std::string_view event, const HistoryRecord& record) {
    return {{"event", event},
            {"step", record.step},
            {"epoch", record.epoch},
            {"seconds", record.seconds},
            {"learning_rate", record.learning_rate},
            {"training_loss", record.training_loss}};
}

Json corpus_of(const Prepared& prepared) {
    const auto& text = prepared.text;
    return {{"paths", text.record().paths},
            {"documents", text.corpus().documents()},
            {"characters", text.corpus().characters()},
            {"training_characters", text.training().characters},
            {"validation_characters", text.validation().part.characters},
            {"vocabulary_size", prepared.model.vocabulary_size}};
}

template <Described Config>
Json settings_of(const Config& config) {
    Json json = Json::object();
    add_settings(json, config);
    return json;
}

// What a run begins with. A file is known as a log by its first two keys.
std::string start(const Prepared& prepared) {
    return line_of(
        {{"event", "start"},
         {"program", "carousel " CAROUSEL_VERSION},
         {"command", prepared.request.command.empty() ? Json() : Json(prepared.request.command)},
         {"begun", prepared.begun.empty() ? Json() : Json(prepared.begun)},
         {"machine", prepared.machine},
         {"model_file", prepared.file.string()},
         {"resumed_at", prepared.resumed ? Json(prepared.step) : Json()},
         {"tuned_from", prepared.tuned_from ? Json(prepared.tuned_from->string()) : Json()},
         {"parameters", prepared.parameters},
         {"corpus", corpus_of(prepared)},
         {"text", settings_of(prepared.text.settings())},
         {"decoding", settings_of(prepared.text.decoding())},
         {"model", settings_of(prepared.model)},
         {"training", settings_of(prepared.training)}});
}

}  // namespace

TrainingJson::TrainingJson(std::function<void(std::string_view line)> write, double seconds_apart)
    : write_(std::move(write)), seconds_apart_(seconds_apart) {}

void TrainingJson::hear(const TrainingEvent& event) {
    std::visit(
        Hear{[&](const Prepared& e) { write_(start(e)); },
             [&](const Begun& e) {
                 last_progress_ = e.run.now.seconds;
                 step_ = e.run.now.step;
             },
             [&](const Stepped& e) { progress(e); }, [&](const Validated& e) { validation(e); },
             [&](const Sampled& e) { write_(message("sample", step_, e.text)); },
             [&](const Saved& e) {
                 write_(line_of({{"event", "saved"}, {"step", e.step}}));
             },
             [&](const SaveFailed& e) { write_(message("save_failed", e.step, e.text)); },
             [&](const Recovered& e) { write_(message("divergence", e.step, e.text)); },
             [&](const Diverged& e) { write_(message("diverged", e.run.now.step, e.text)); },
             [&](const Note& e) { write_(message("note", e.text)); },
             [&](const Detail& e) { write_(message("detail", e.text)); },
             [&](const Skipped& e) { write_(message("skipped", e.text)); },
             [&](const Warning& e) { write_(message("warning", e.text)); },
             [&](const Ended& e) { end(e); }, [](const auto&) {}},
        event);
}

void TrainingJson::progress(const Stepped& step) {
    const auto& now = step.run.now;
    step_ = now.step;
    gradient_norm_ = step.gradient_norm;
    if (now.seconds - last_progress_ < seconds_apart_) return;
    last_progress_ = now.seconds;
    auto object = standing("progress", now);
    object["gradient_norm"] = step.gradient_norm;
    object["characters_per_second"] = step.characters_per_second;
    object["progress"] = step.run.progress;
    object["seconds_left"] = step.seconds_left ? Json(*step.seconds_left) : Json();
    write_(line_of(object));
}

void TrainingJson::validation(const Validated& validated) {
    const auto& record = validated.run.now;
    auto object = standing("validation", record);
    object["gradient_norm"] = gradient_norm_ ? Json(*gradient_norm_) : Json();
    object["validation_loss"] = record.validation_loss;
    object["bits_per_character"] = record.validation_loss / std::numbers::ln2;
    object["perplexity"] = std::exp(record.validation_loss);
    object["characters"] = validated.measured.characters;
    object["averaged"] = record.averaged;
    object["best"] = validated.best;
    write_(line_of(object));
}

void TrainingJson::end(const Ended& ended) {
    const bool stopped = ended.end == TrainingEnd::stopped;
    if (!ended.saved) write_(message("failure", step_, ended.shortfall));
    if (ended.end == TrainingEnd::patience) write_(message("patience", step_, ended.why));
    Json best;
    if (const auto& loss = ended.run.snapshot.best)
        best = {
            {"step", loss->step}, {"validation_loss", loss->loss}, {"averaged", loss->averaged}};
    Json closing;
    if (const auto& loss = ended.run.closing)
        closing = {{"validation_loss", loss->nats},
                   {"characters", loss->characters},
                   {"whole", loss->whole}};
    write_(line_of({{"event", stopped ? "stopped" : "end"},
                    {"text", stopped ? ended.why : ended.verdict},
                    {"step", ended.run.now.step},
                    {"seconds", ended.run.now.seconds},
                    {"saved", ended.saved},
                    {"best", std::move(best)},
                    {"closing", std::move(closing)},
                    {"sample", ended.sample ? Json(*ended.sample) : Json()}}));
}

}  // namespace carousel
