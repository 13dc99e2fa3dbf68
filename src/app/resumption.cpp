#include "app/resumption.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

namespace {

// What a best file says of its own weights; absent where they stood in before anything was
// measured.
std::optional<BestLoss> measured(const Snapshot& file) {
    if (!file.best || file.best->step != file.step) return std::nullopt;
    return file.best;
}

std::string described(const BestLoss& best) {
    return fmt::format("step {} ({:.4f} nats per character)", format_count(best.step), best.loss);
}

}  // namespace

bool is_same_run(const Snapshot& a, const Snapshot& b) {
    if (a.model != b.model || a.symbols.size() != b.symbols.size() ||
        a.training.seed != b.training.seed) {
        return false;
    }
    if (a.history.empty() || b.history.empty()) return true;
    // No two runs have been measured at the same time after their start.
    return std::any_of(a.history.begin(), a.history.end(), [&](const HistoryRecord& one) {
        return std::any_of(b.history.begin(), b.history.end(), [&](const HistoryRecord& other) {
            return one.step == other.step && one.seconds == other.seconds;
        });
    });
}

FoundBest find_best(const Snapshot& resume, const std::optional<Snapshot>& file) {
    FoundBest found;
    if (file) {
        found.file_step = file->step;
        found.best = measured(*file);
    }
    const auto& claimed = resume.best;
    if (!claimed) return found;
    if (found.best && found.best->loss <= claimed->loss) return found;
    if (claimed->step == resume.step) {
        found.best = claimed;
        found.in_hand = true;
        return found;
    }
    found.warning = fmt::format(
        "the best model of this run, of {}, is not in its file any more. {}", described(*claimed),
        found.best
            ? fmt::format("The file holds that of {}, which counts as the best from here on.",
                          described(*found.best))
            : "From here on the best is that of the validations to come.");
    return found;
}

FoundBest find_best(const Snapshot& resume, const ModelFiles& files) {
    std::optional<Snapshot> file;
    std::string damage;
    std::error_code unknown;
    if (std::filesystem::exists(files.best(), unknown)) {
        try {
            file = load_snapshot(files.best());
        } catch (const SnapshotError& error) {
            damage = fmt::format(" {}", error.what());
        }
    }
    if (file && !is_same_run(resume, *file)) {
        throw InputError(fmt::format(
            "{} holds a model of another training than {}, and the run that goes on would replace "
            "it. Move one of the two away.",
            shown_path(files.best()), shown_path(files.resume())));
    }
    auto found = find_best(resume, file);
    if (!found.warning.empty()) found.warning += damage;
    return found;
}

Snapshot best_in_hand(const Snapshot& resume) {
    auto model = resume;
    if (resume.best->averaged && resume.state && !resume.state->averaged_weights.empty())
        model.weights = resume.state->averaged_weights;
    model.state.reset();
    model.validation_loss = resume.best->loss;
    return model;
}

void require_place(TrainingState& state, std::uint64_t windows_per_epoch, bool changed_corpus) {
    if (state.window_in_epoch < windows_per_epoch) return;
    if (!changed_corpus) {
        throw SnapshotError(fmt::format(
            "The resume file says that {} of a pass are done, and a pass over this text has {}. "
            "The file cannot be right: resume another copy, or start from its weights with --from.",
            format_count(state.window_in_epoch, "window"), format_count(windows_per_epoch)));
    }
    state.window_in_epoch = 0;
    ++state.epoch;
}

void forget_validations(Snapshot& run) {
    run.best.reset();
    for (auto& record : run.history) {
        record.has_validation = false;
        record.validation_loss = 0;
        record.averaged = false;
    }
}

}  // namespace carousel
