#include "app/training_log.hpp"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

namespace carousel {

struct TrainingLog::File {
    std::ofstream stream;

    void write(const nlohmann::ordered_json& object) {
        // A text that is not valid UTF-8 must not end a training.
        stream << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n'
               << std::flush;
    }
};

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

}  // namespace

TrainingLog::TrainingLog(const std::filesystem::path& path, bool append)
    : file_(std::make_unique<File>(
          File{std::ofstream(path, append ? std::ios::app : std::ios::trunc)})) {
    file_->stream.imbue(std::locale::classic());
}

TrainingLog::~TrainingLog() = default;

bool TrainingLog::failed() const {
    return !file_->stream;
}

void TrainingLog::hear(const TrainingEvent& event) {
    std::visit(
        Hear{[&](const Begun& e) { last_progress_ = e.run.now.seconds; },
             [&](const Stepped& e) { progress(e); }, [&](const Validated& e) { validation(e); },
             [&](const Sampled& e) { message("sample", e.text); },
             [&](const Recovered& e) { message("divergence", e.text); },
             [&](const Ended& e) {
                 if (e.end == TrainingEnd::stopped) return message("stopped", e.why);
                 if (e.end == TrainingEnd::patience) message("patience", e.why);
                 message("end", e.verdict);
             },
             [](const auto&) {}},
        event);
}

void TrainingLog::message(std::string_view event, std::string_view text) {
    file_->write({{"event", event}, {"text", text}});
}

void TrainingLog::progress(const Stepped& step) {
    const auto& now = step.run.now;
    if (now.seconds - last_progress_ < k_seconds_apart) return;
    last_progress_ = now.seconds;
    auto object = object_of("progress", now);
    object["characters_per_second"] = step.characters_per_second;
    file_->write(object);
}

void TrainingLog::validation(const Validated& validated) {
    const auto& record = validated.run.now;
    auto object = object_of("validation", record);
    object["validation_loss"] = record.validation_loss;
    object["bits_per_character"] = record.validation_loss / std::numbers::ln2;
    object["perplexity"] = std::exp(record.validation_loss);
    object["averaged"] = record.averaged;
    object["best"] = validated.best;
    file_->write(object);
}

}  // namespace carousel
