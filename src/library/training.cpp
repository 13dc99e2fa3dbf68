#include "app/training.hpp"

#include <fmt/format.h>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "app/preview_json.hpp"
#include "app/request_checks.hpp"
#include "app/training_json.hpp"
#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "library/border.hpp"
#include "library/setting_names.hpp"
#include "library/settings.hpp"

namespace carousel {

namespace {

/// A caller's functions, which hear a training as lines of JSON.
class Listener {
public:
    explicit Listener(const carousel_listener* listener)
        : listener_(listener == nullptr ? carousel_listener{} : read(listener, "listener")),
          json_([this](std::string_view line) { hear(line); },
                listener_.seconds_apart > 0 ? listener_.seconds_apart : 0) {}

    void hear(const TrainingEvent& event) {
        std::visit(
            [&]<typename Event>(const Event& e) {
                if constexpr (is_message<Event>) {
                    auto told = e;
                    told.text = with_setting_names(e.text);
                    json_.hear(told);
                } else {
                    json_.hear(event);
                }
            },
            event);
    }

    std::optional<std::string> wish_to_stop() const {
        if (listener_.wants_stop == nullptr || listener_.wants_stop(listener_.context) == 0)
            return std::nullopt;
        return "caller";
    }

private:
    // What a sample says is the model's.
    template <typename Event>
    static constexpr bool is_message = !std::same_as<Event, Sampled> && requires(Event event) {
        requires std::same_as<decltype(event.text), std::string>;
    };

    // A line begins {"event":"KIND",
    void hear(std::string_view line) const {
        if (listener_.hear == nullptr) return;
        constexpr std::string_view k_begin = R"({"event":")";
        const auto end = line.find('"', k_begin.size());
        const std::string kind(line.substr(k_begin.size(), end - k_begin.size()));
        if (line.ends_with('\n')) line.remove_suffix(1);
        const std::string json(line);
        const carousel_event event{.struct_size = sizeof(carousel_event),
                                   .kind = kind.c_str(),
                                   .json = json.c_str(),
                                   .json_size = json.size()};
        listener_.hear(listener_.context, &event);
    }

    carousel_listener listener_;
    TrainingJson json_;
};

TrainingHost host_for(Listener& listener, const Stopwatch& stopwatch) {
    return {.clock = [&stopwatch] { return stopwatch.seconds(); },
            .tell = [&listener](const TrainingEvent& event) { listener.hear(event); },
            .wish_to_stop = [&listener] { return listener.wish_to_stop(); }};
}

carousel_training_end end_of(TrainingEnd end) {
    switch (end) {
        case TrainingEnd::length:
            return CAROUSEL_TRAINED;
        case TrainingEnd::patience:
            return CAROUSEL_OUT_OF_PATIENCE;
        case TrainingEnd::stopped:
            return CAROUSEL_STOPPED;
    }
    return CAROUSEL_TRAINED;
}

// What cannot be had together.
void require_possible(const TrainingRequest& request) {
    const std::tuple<const char*, bool, const char*, bool> pairs[] = {
        {"resume", request.resume, "from", request.from.has_value()},
        {"resume", request.resume, "preset", request.preset.has_value()},
        {"preset", request.preset.has_value(), "from", request.from.has_value()},
        {"validation", request.validation.has_value(), "validation-fraction",
         request.validation_fraction.has_value()}};
    for (const auto& [first, has_first, second, has_second] : pairs) {
        if (has_first && has_second)
            throw UsageError(fmt::format("At most one of {} and {} can be set.", first, second));
    }
}

/// The request of a caller's settings. Throws: BorderError, UsageError.
const TrainingRequest& request_of(const Settings& settings) {
    require_purpose(settings, CAROUSEL_FOR_TRAINING);
    require_possible(settings.training);
    require_consistent(settings.training);
    return settings.training;
}

std::string both(std::string first, const std::string& second) {
    if (!first.empty() && !second.empty()) first += ' ';
    return with_setting_names(first + second);
}

}  // namespace

}  // namespace carousel

using namespace carousel;

carousel_status carousel_train(carousel_settings* settings, const carousel_listener* listener,
                               carousel_training_result* result) {
    return answer([&] {
        const Stopwatch stopwatch;
        const Turn<Settings> given(settings);
        const auto& request = request_of(*given);
        if (result != nullptr) require_room(result, "result");
        Listener hears(listener);
        const auto done = run_training(request, host_for(hears, stopwatch));
        auto& model = given->told(0);
        auto& shortfall = given->told(1);
        model = done.model.string();
        shortfall = both(done.outcome.shortfall, done.report_failure);
        if (result == nullptr) return;
        fill(result,
             {.struct_size = 0,
              .end = end_of(done.outcome.end),
              .model = model.c_str(),
              .shortfall = shortfall.c_str()},
             "result");
    });
}

carousel_status carousel_plan(carousel_settings* settings, const char** json) {
    return answer([&] {
        const Stopwatch stopwatch;
        const Turn<Settings> given(settings);
        const auto& request = request_of(*given);
        require(json, "json");
        Listener nobody(nullptr);
        auto& text = given->told(0);
        auto preview = preview_training(request, host_for(nobody, stopwatch));
        for (auto& note : preview.plan.notes) note = with_setting_names(note);
        text = preview_json(preview);
        *json = text.c_str();
    });
}
