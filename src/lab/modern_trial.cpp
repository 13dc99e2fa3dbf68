#include "lab/modern_trial.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "lab/judgement.hpp"

namespace carousel {

namespace {

constexpr int k_batch = 20;
constexpr int k_fewest_units = 16;

}  // namespace

ModernNetShape modern_net_shape(const TrialConfig& config, int longest) {
    const auto& e = config.experiment;
    const int inputs = input_units(e);
    // What a forget gate keeps of a state over the task is e^-1 then.
    const float forget_bias = static_cast<float>(std::log(static_cast<double>(longest)));
    return {.cell = config.cell,
            .inputs = inputs,
            .outputs = output_units(e),
            .hidden_size = std::max({config.hidden_size, inputs, k_fewest_units}),
            .steps = longest,
            .batch = k_batch,
            .forget_bias = learns_at_every_step(e.task) ? 1.0F : forget_bias};
}

ModernTrial::ModernTrial(const TrialConfig& config, std::uint32_t number)
    : course_(config, number),
      net_(modern_net_shape(config, course_.longest()),
           config.seed + (std::uint64_t{number} << 32)),
      batch_(k_batch) {}

std::vector<Judgement> ModernTrial::judge_batch(std::span<const Sequence> sequences) {
    net_.read(sequences);
    std::vector<Judgement> judgements(sequences.size());
    net_.for_each_answer(sequences, [&](int b, int t, std::span<const double> answer) {
        const auto place = static_cast<std::size_t>(b);
        judge(course_.experiment(), sequences[place], t, answer, judgements[place]);
    });
    return judgements;
}

void ModernTrial::ask(std::span<const Sequence> sequences, const HearJudgement& hear) {
    std::vector<Sequence> portion(k_batch);
    for (std::size_t first = 0; first < sequences.size(); first += k_batch) {
        const auto count = std::min<std::size_t>(k_batch, sequences.size() - first);
        // A last portion is filled up with its first sequence, which is not asked again.
        for (std::size_t i = 0; i < k_batch; ++i)
            portion[i] = sequences[first + (i < count ? i : 0)];
        const auto judgements = judge_batch(portion);
        for (std::size_t i = 0; i < count; ++i)
            if (!hear(judgements[i])) return;
    }
}

bool ModernTrial::advance(std::uint64_t steps) {
    const AskNet asked = [this](std::span<const Sequence> sequences, const HearJudgement& hear) {
        ask(sequences, hear);
    };
    for (std::uint64_t done = 0; !course_.is_over() && done < steps;) {
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            course_.draw_training_sequence(i, batch_[i]);
            done += static_cast<std::uint64_t>(batch_[i].steps());
        }
        const auto judgements = judge_batch(batch_);
        net_.backpropagate(batch_);
        net_.update(k_modern_rate, k_modern_clip);
        for (const auto& judgement : judgements)
            if (!course_.is_over()) course_.hear(judgement, asked);
    }
    return !course_.is_over();
}

std::vector<double> ModernTrial::store() const {
    Record record;
    course_.store(record);
    auto numbers = record.numbers();
    const auto net = net_.store();
    numbers.insert(numbers.end(), net.begin(), net.end());
    return numbers;
}

void ModernTrial::restore(const std::vector<double>& numbers) {
    Record record(numbers);
    course_.restore(record);
    std::vector<double> rest;
    while (!record.at_end()) rest.push_back(record.read());
    net_.restore(rest);
}

}  // namespace carousel
