#include "app/training_saves.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

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
      saved_before_(config.resumed),
      best_written_(config.resumed) {}

SaveReport TrainingSaves::save(Snapshot& snapshot, const Trainer& trainer, const SaveKind& kind) {
    const double start = config_.clock();
    const auto step = trainer.counters().step;
    schedule_.begin(step, start);
    if (step == 0 && saved_before_) return {.saved = true};
    auto weights = trainer.weights();
    if (!all_finite(weights)) return {};
    SaveReport report{.saved = true};
    try {
        write(snapshot, trainer, std::move(weights), kind);
        saved_before_ = true;
        seconds_ = config_.clock() - start;
    } catch (const InputError& error) {
        report = {.saved = false, .failure = error.what()};
    }
    snapshot.weights.clear();
    snapshot.state.reset();
    return report;
}

void TrainingSaves::write(Snapshot& snapshot, const Trainer& trainer,
                          std::vector<NamedTensor> weights, const SaveKind& kind) {
    snapshot.step = trainer.counters().step;
    snapshot.epoch = trainer.counters().epoch;
    snapshot.weights = kind.averaged ? trainer.averaged_weights() : std::move(weights);
    if ((kind.best && !best_written_) || !saved_before_) {
        snapshot.state.reset();
        save_snapshot(config_.files.best(), snapshot);
        best_written_ = true;
    }
    if (config_.keep > 0) {
        snapshot.state.reset();
        save_snapshot(config_.files.step(snapshot.step), snapshot);
        config_.files.prune_steps(static_cast<std::size_t>(config_.keep));
    }
    if (kind.averaged) snapshot.weights = std::move(weights);
    snapshot.state = trainer.state();
    save_snapshot(config_.files.resume(), snapshot);
}

}  // namespace carousel
