#include "cli/training_saves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double k_default_seconds = 60;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

bool all_finite(const float* values, std::int64_t count) {
    return std::all_of(values, values + count, [](float x) { return std::isfinite(x); });
}

}  // namespace

TrainingSaves::TrainingSaves(const ModelFiles& files, const TrainingRequest& options,
                             Screen& screen, std::uint64_t step)
    : files_(files),
      options_(options),
      screen_(screen),
      last_(Clock::now()),
      last_step_(step),
      saved_before_(options.resume),
      best_written_(options.resume) {}

bool TrainingSaves::due(std::uint64_t step) const {
    const auto& every = options_.save_every;
    if (!every || every->kind == LengthKind::seconds) {
        return since(last_) >= (every ? every->amount : k_default_seconds);
    }
    return step - last_step_ >= static_cast<std::uint64_t>(every->amount);
}

bool TrainingSaves::save(Snapshot& snapshot, const LanguageModel& model, const Trainer& trainer,
                         const SaveKind& kind) {
    const auto start = Clock::now();
    last_ = start;
    last_step_ = trainer.counters().step;
    if (last_step_ == 0 && saved_before_) return true;
    if (!all_finite(model.values(), model.parameters().stored())) return false;
    bool written = true;
    try {
        write(snapshot, model, trainer, kind);
        saved_before_ = true;
        seconds_ = since(start);
    } catch (const InputError& error) {
        written = false;
        screen_.warning(
            fmt::format("carousel: the model could not be saved at step {}: {} Training goes on, "
                        "and the next save tries again.",
                        format_count(last_step_), error.what()));
    }
    snapshot.weights.clear();
    snapshot.state.reset();
    return written;
}

void TrainingSaves::write(Snapshot& snapshot, const LanguageModel& model, const Trainer& trainer,
                          const SaveKind& kind) {
    snapshot.step = trainer.counters().step;
    snapshot.epoch = trainer.counters().epoch;
    snapshot.weights = kind.averaged ? trainer.averaged_weights() : model.weights();
    if ((kind.best && !best_written_) || !saved_before_) {
        snapshot.state.reset();
        save_snapshot(files_.best(), snapshot);
        best_written_ = true;
    }
    const auto keep = options_.keep.value_or(0);
    if (keep > 0) {
        snapshot.state.reset();
        save_snapshot(files_.step(snapshot.step), snapshot);
        files_.prune_steps(static_cast<std::size_t>(keep));
    }
    if (kind.averaged) snapshot.weights = model.weights();
    snapshot.state = trainer.state();
    save_snapshot(files_.resume(), snapshot);
}

}  // namespace carousel
