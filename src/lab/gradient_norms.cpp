#include "lab/gradient_norms.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lab/modern_trial.hpp"
#include "lab/task_course.hpp"
#include "model/cell_signals.hpp"

namespace carousel {

namespace {

// The first input units of task 6a: a to d, then X and Y.
constexpr int k_distractors = 4, k_counting = 2;

// A net and the sequences that it learns from.
class WatchedNet {
public:
    WatchedNet(const GradientConfig& config, CellKind cell, RecurrentGradient gradient)
        : course_({.experiment = config.experiment,
                   .rules = LabRules::modern,
                   .cell = cell,
                   .seed = config.seed},
                  0),
          shape_(modern_net_shape(
              {.experiment = config.experiment, .rules = LabRules::modern, .cell = cell},
              course_.longest())),
          net_(with(shape_, gradient), config.seed),
          batch_(static_cast<std::size_t>(shape_.batch)),
          carried_(static_cast<std::size_t>(shape_.hidden_size)) {}

    void learn() {
        draw(next_);
        next_ += batch_.size();
        net_.read(batch_);
        net_.backpropagate(batch_);
        net_.update(k_modern_rate, k_modern_clip);
    }

    GradientNorms norms() {
        draw(0);
        const auto states = cell_shape(shape_.cell).states * padded(shape_.hidden_size);
        const auto lags = static_cast<std::size_t>(course_.experiment().length);
        GradientNorms norms{.hidden = std::vector<double>(lags),
                            .states = std::vector<double>(states > 0 ? lags : 0)};
        std::fill(carried_.begin(), carried_.end(), 0.0);
        net_.read(batch_);
        net_.watch([&](std::int64_t t, ActivationGradients& back) {
            for (std::size_t b = 0; b < batch_.size(); ++b) {
                const auto stream = static_cast<std::int64_t>(b);
                const auto lag = batch_[b].steps() - 1 - t;
                add_norm(back.hidden(t, stream), shape_.hidden_size, lag, norms.hidden);
                // Those of the states that step t found: of one step before.
                if (states == 0) continue;
                add_norm(back.states(stream), states, lag + 1, norms.states);
                net_.add_memory_gradients(back, stream, carried_);
            }
        });
        net_.backpropagate(batch_);
        net_.watch({});
        if (states > 0) norms.states.erase(norms.states.begin());  // of the end: not told
        return norms;
    }

    // What the gates of the net do now, on the sequences of `norms`, which has been called.
    std::vector<LabGate> gates() {
        const auto& signals = cell_view(shape_.cell).signals;
        const std::vector<double> alike(static_cast<std::size_t>(shape_.hidden_size), 1.0);
        const auto all = gate_means(alike), carrying = gate_means(carried_);
        const bool carries = std::any_of(carried_.begin(), carried_.end(),
                                         [](double carried) { return carried > 0; });
        std::vector<LabGate> gates;
        for (std::size_t i = 0; i < signals.size(); ++i) {
            if (signals[i].range != SignalRange::opening) continue;
            auto& gate = gates.emplace_back(LabGate{.name = signals[i].name, .all = all[i]});
            if (carries) gate.carrying = carrying[i];
        }
        return gates;
    }

private:
    static ModernNetShape with(ModernNetShape shape, RecurrentGradient gradient) {
        shape.recurrent_gradient = gradient;
        return shape;
    }

    // Of every signal the means over steps and over units, which count by their weights.
    std::vector<GateMean> gate_means(const std::vector<double>& weights) {
        auto shape = shape_;
        shape.batch = 1;
        ModernNet reader(shape, 0);
        reader.restore(net_.store());
        std::vector<GateMean> sums(cell_view(shape_.cell).signals.size());
        int distracted = 0, counting = 0;
        draw(0);
        for (const auto& sequence : batch_) {
            const auto means = mean_signals(reader, sequence, weights);
            for (int t = 0; t < sequence.steps(); ++t) {
                const int symbol = sequence.inputs_at(t).front().unit;
                if (symbol >= k_distractors + k_counting) continue;
                const bool counts = symbol >= k_distractors;
                ++(counts ? counting : distracted);
                for (std::size_t i = 0; i < sums.size(); ++i) {
                    double& sum = counts ? sums[i].counting : sums[i].distracted;
                    sum += means[static_cast<std::size_t>(t) * sums.size() + i];
                }
            }
        }
        for (auto& sum : sums) {
            sum.distracted /= distracted;
            sum.counting /= counting;
        }
        return sums;
    }

    // The signals of all steps, (T, N): means over the units.
    std::vector<double> mean_signals(ModernNet& reader, const Sequence& sequence,
                                     const std::vector<double>& weights) const {
        std::vector<double> means(static_cast<std::size_t>(sequence.steps()) *
                                  cell_view(shape_.cell).signals.size());
        std::vector<float> values(means.size() * weights.size());
        reader.read({&sequence, 1});
        reader.copy_signals(values.data());
        const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
        const float* next = values.data();
        for (double& mean : means) {
            mean = std::inner_product(weights.begin(), weights.end(), next, 0.0) / total;
            next += weights.size();
        }
        return means;
    }

    void draw(std::uint64_t first) {
        for (std::size_t i = 0; i < batch_.size(); ++i)
            course_.draw_training_sequence(first + i, batch_[i]);
    }

    void add_norm(const float* values, std::int64_t count, std::int64_t lag,
                  std::vector<double>& norms) const {
        if (lag < 0 || lag >= static_cast<std::int64_t>(norms.size())) return;
        double sum = 0;
        for (std::int64_t i = 0; i < count; ++i) sum += double{values[i]} * double{values[i]};
        norms[static_cast<std::size_t>(lag)] += std::sqrt(sum) / static_cast<double>(batch_.size());
    }

    TaskCourse course_;
    ModernNetShape shape_;
    ModernNet net_;
    std::vector<Sequence> batch_;
    std::uint64_t next_ = 0;
    std::vector<double> carried_;  // (H) sums over `norms`
};

}  // namespace

GradientCurves gradient_curves(const GradientConfig& config, CellKind cell,
                               const std::function<bool()>& goes_on) {
    WatchedNet net(config, cell, RecurrentGradient::full);
    GradientCurves curves{.cell = cell, .fresh = net.norms(), .trained = {}, .gates = {}};
    for (int i = 0; i < config.updates && goes_on(); ++i) net.learn();
    curves.trained = net.norms();
    curves.gates = net.gates();
    return curves;
}

GradientNorms carousel_norms(const GradientConfig& config) {
    return WatchedNet(config, CellKind::lstm1997, RecurrentGradient::states).norms();
}

}  // namespace carousel
