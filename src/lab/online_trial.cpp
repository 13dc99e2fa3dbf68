#include "lab/online_trial.hpp"

#include <stdexcept>
#include <utility>

#include "lab/judgement.hpp"
#include "lab/paper_net.hpp"

namespace carousel {

namespace {

// Cells join when so many sequences in a row had hardly less error than those before.
constexpr std::uint64_t k_watched = 200;
constexpr double k_hardly_less = 0.98;

bool joins_late(const Experiment& experiment) {
    return experiment.task == LabTask::lags || experiment.task == LabTask::random_lags;
}

}  // namespace

OnlineTrial::OnlineTrial(const TrialConfig& config, std::uint32_t number)
    : course_(config, number), net_(memory_net_shape(config.experiment)) {
    RandomStream random(course_.weights_key(), 0);
    net_.draw_weights(memory_net_start(config.experiment), random);
    net_.join_cells(!joins_late(config.experiment));
}

Judgement OnlineTrial::run(const Sequence& sequence, bool learns) {
    const auto& e = course_.experiment();
    Judgement judgement;
    net_.reset();
    const int steps = sequence.steps();
    for (int t = 0; t < steps; ++t) {
        net_.step(sequence.inputs_at(t), learns);
        const bool is_asked = !sequence.next.empty() || t + 1 == steps;
        if (!is_asked) continue;
        judge(e, sequence, t, net_.answer(), judgement);
        if (!learns) {
            if (!judgement.right) return judgement;
        } else if (sequence.next.empty()) {
            net_.learn(sequence.target, e.learning_rate);
        } else {
            net_.learn(sequence.next[static_cast<std::size_t>(t)], e.learning_rate);
        }
    }
    return judgement;
}

// A cell and its gate join once the outputs alone have learned what they can.
void OnlineTrial::watch_error(double loss) {
    if (net_.has_cells()) return;
    loss_ += loss;
    if (course_.sequences() % k_watched != 0) return;
    if (loss_before_ > 0 && loss_ > k_hardly_less * loss_before_) net_.join_cells(true);
    loss_before_ = std::exchange(loss_, 0.0);
}

bool OnlineTrial::advance(std::uint64_t steps) {
    const AskNet ask = [this](std::span<const Sequence> sequences, const HearJudgement& hear) {
        for (const auto& sequence : sequences)
            if (!hear(run(sequence, false))) return;
    };
    for (std::uint64_t done = 0; !course_.is_over() && done < steps;) {
        course_.draw_training_sequence(0, sequence_);
        const auto judgement = run(sequence_, true);
        course_.hear(judgement, ask);
        watch_error(judgement.loss);
        done += static_cast<std::uint64_t>(sequence_.steps());
    }
    return !course_.is_over();
}

std::vector<double> OnlineTrial::store() const {
    Record record;
    course_.store(record);
    record.write(net_.has_cells() ? 1 : 0);
    record.write(loss_);
    record.write(loss_before_);
    record.write_all(net_.weights());
    return record.numbers();
}

void OnlineTrial::restore(const std::vector<double>& numbers) {
    Record record(numbers);
    course_.restore(record);
    net_.join_cells(record.read() > 0);
    loss_ = record.read();
    loss_before_ = record.read();
    record.read_all(net_.weights());
    if (!record.at_end()) throw std::out_of_range("a trial left fewer numbers");
}

}  // namespace carousel
