#include "app/training_saves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

// Runs `write`. Returns whether it did its work; else why it could not is added to `failure`.
template <typename Write>
bool succeeds(std::string& failure, Write write) {
    try {
        write();
        return true;
    } catch (const InputError& error) {
        failure += fmt::format("{}{}", failure.empty() ? "" : " ", error.what());
        return false;
    }
}

bool all_finite(const std::vector<NamedTensor>& tensors) {
    return std::all_of(tensors.begin(), tensors.end(), [](const NamedTensor& tensor) {
        return std::all_of(tensor.values.begin(), tensor.values.end(),
                           [](float x) { return std::isfinite(x); });
    });
}

}  // namespace

TrainingSaves::TrainingSaves(const Config& config, std::uint64_t step)
    : config_(config),
      schedule_(config.every, step, config.clock()),
      best_step_(config.best_step),
      newest_step_(config.resumed ? std::optional(step) : std::nullopt) {}

bool TrainingSaves::affordable() const {
    constexpr double k_share = 0.05;
    return seconds_ <= k_share * (config_.clock() - ended_);
}

void TrainingSaves::keep_best(Snapshot model) {
    if (!all_finite(model.weights)) return;
    model.state.reset();
    best_ = std::move(model);
}

Snapshot TrainingSaves::best() const {
    return best_ ? *best_ : load_snapshot(config_.files.best());
}

void TrainingSaves::write_best() {
    if (!best_) return;
    save_snapshot(config_.files.best(), *best_);
    best_step_ = best_->step;
    best_.reset();
}

SaveReport TrainingSaves::save(Snapshot& snapshot, const Trainer& trainer, bool averaged) {
    const double start = config_.clock();
    const auto step = trainer.counters().step;
    schedule_.begin(step, start);
    if (step == 0 && saved_before()) return {.saved = true};
    auto weights = trainer.weights();
    if (!all_finite(weights)) {
        failure_ = "The newest weights are not finite numbers.";
        return {};
    }
    snapshot.step = step;
    snapshot.epoch = trainer.counters().epoch;
    const auto usable = [&] { return averaged ? trainer.averaged_weights() : weights; };
    if (!best_ && !best_step_) {
        auto stand_in = snapshot;
        stand_in.weights = usable();
        keep_best(std::move(stand_in));
    }

    failure_.clear();
    succeeds(failure_, [&] { write_best(); });
    if (config_.keep > 0) {
        snapshot.weights = usable();
        succeeds(failure_, [&] {
            save_snapshot(config_.files.step(step), snapshot);
            config_.files.prune_steps(static_cast<std::size_t>(config_.keep));
        });
    }
    snapshot.weights = std::move(weights);
    snapshot.state = trainer.state();
    if (succeeds(failure_, [&] { save_snapshot(config_.files.resume(), snapshot); }))
        newest_step_ = step;
    snapshot.weights.clear();
    snapshot.state.reset();
    ended_ = config_.clock();
    seconds_ = ended_ - start;
    if (!failure_.empty()) return {.saved = false, .failure = failure_};
    return {.saved = true};
}

void TrainingSaves::rescue_best() noexcept {
    try {
        write_best();
    } catch (const std::exception&) {
        // The error that ends the run is the one to be told.
    }
}

std::string TrainingSaves::shortfall() const {
    std::error_code unknown;
    const auto& file = config_.files.best();
    std::string text;
    if (best_) {
        const auto loss = best_->validation_loss
                              ? fmt::format(", {:.4f} nats per character", *best_->validation_loss)
                              : "";
        text =
            fmt::format("The best model, of step {}{}, is not in {}: ", format_count(best_->step),
                        loss, shown_path(file));
        text += best_step_
                    ? fmt::format("that holds the model of step {}.", format_count(*best_step_))
                    : "no model was written.";
    } else if (!std::filesystem::exists(file, unknown)) {
        text = fmt::format("{} was written, and has gone since.", shown_path(file));
    }
    if (failure_.empty()) return text;
    if (!text.empty()) text += ' ';
    text += fmt::format("The last save failed. {} ", failure_);
    text += newest_step_
                ? fmt::format("--resume goes on from step {}.", format_count(*newest_step_))
                : "There is nothing to resume.";
    return text;
}

}  // namespace carousel
