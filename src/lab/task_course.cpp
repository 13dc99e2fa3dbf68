#include "lab/task_course.hpp"

#include <algorithm>
#include <stdexcept>

#include "lab/reber_grammar.hpp"
#include "lab/task_sequences.hpp"

namespace carousel {

namespace {

constexpr int k_test_set = 256, k_last_test = 2560;
constexpr std::uint64_t k_test_interval = 100;  // training sequences

// Streams of random numbers of one trial; each has its own for every other trial.
enum TrialStream : std::uint32_t { weights, training, testing, last_testing, stream_count };

RandomKey key_of(const TrialConfig& config, std::uint32_t number, TrialStream stream) {
    return {config.seed,
            stream == weights ? RandomPurpose::initialization : RandomPurpose::sampling,
            number * stream_count + stream};
}

bool contains(const std::vector<Sequence>& strings, const Sequence& string) {
    return std::any_of(strings.begin(), strings.end(),
                       [&](const Sequence& other) { return is_same_string(other, string); });
}

// Where chance decides the length, no sequence is longer but once in 10^17.
int longest_of(const Experiment& e) {
    constexpr int k_more_distractors = 400;
    switch (e.task) {
        case LabTask::lags:
        case LabTask::random_lags:
            return e.symbols;
        case LabTask::long_lags:
            return e.lag + k_more_distractors;
        default:
            return e.length + e.length / 10 + 1;
    }
}

}  // namespace

TaskCourse::TaskCourse(const TrialConfig& config, std::uint32_t number)
    : config_(config), number_(number), rule_(config.experiment) {
    const auto& e = config_.experiment;
    longest_ = longest_of(e);
    if (e.end != EndRule::grammar && e.end != EndRule::test_set) return;
    RandomStream random(key_of(config, number, testing), 0);
    if (e.end == EndRule::grammar) {
        training_set_.resize(k_test_set);
        for (auto& string : training_set_) draw_sequence(e, random, string);
    }
    test_set_.resize(k_test_set);
    for (auto& sequence : test_set_) {
        do {
            draw_sequence(e, random, sequence);
        } while (e.end == EndRule::grammar && contains(training_set_, sequence));
    }
    if (e.end != EndRule::grammar) return;
    for (const auto* set : {&training_set_, &test_set_})
        for (const auto& string : *set) longest_ = std::max(longest_, string.steps());
}

RandomKey TaskCourse::weights_key() const {
    return key_of(config_, number_, weights);
}

void TaskCourse::draw_training_sequence(std::uint64_t ahead, Sequence& sequence) const {
    RandomStream random(key_of(config_, number_, training), rule_.sequences() + ahead);
    if (training_set_.empty()) {
        draw_sequence(config_.experiment, random, sequence);
    } else {
        sequence = training_set_[static_cast<std::size_t>(random.below(k_test_set))];
    }
}

void TaskCourse::hear(const Judgement& judgement, const AskNet& ask) {
    const auto& e = config_.experiment;
    rule_.hear(judgement);
    const bool tests = e.end == EndRule::grammar || e.end == EndRule::test_set;
    const bool solved =
        tests ? rule_.sequences() % k_test_interval == 0 && passes(ask) : rule_.is_met();
    if (solved) {
        end(ask);
    } else if (rule_.counted() >= e.limit) {
        result_ = result();
    }
}

bool TaskCourse::foresees_all(const std::vector<Sequence>& strings, const AskNet& ask) const {
    bool all = true;
    ask(strings, [&](const Judgement& judgement) { return all = judgement.right; });
    return all;
}

// Whether the test set is passed; notes when the first of two criteria was met.
bool TaskCourse::passes(const AskNet& ask) {
    const auto& e = config_.experiment;
    if (e.end == EndRule::grammar)
        return foresees_all(training_set_, ask) && foresees_all(test_set_, ask);
    int wrong = 0;
    double sum = 0;
    ask(test_set_, [&](const Judgement& judgement) {
        sum += judgement.error;
        if (!judgement.right) ++wrong;
        return wrong <= e.most_wrong;
    });
    if (wrong > e.most_wrong) return false;
    if (!first_) first_ = rule_.sequences();
    return sum / k_test_set < e.mean_error;
}

void TaskCourse::end(const AskNet& ask) {
    TrialResult result{.solved = true, .sequences = rule_.counted(), .first = first_};
    const auto& e = config_.experiment;
    if (e.end == EndRule::recent || e.end == EndRule::test_set) {
        std::vector<Sequence> sequences(k_last_test);
        for (std::size_t i = 0; i < sequences.size(); ++i) {
            RandomStream random(key_of(config_, number_, last_testing), i);
            draw_sequence(e, random, sequences[i]);
        }
        auto& test = result.test.emplace(TrialResult::Test{.sequences = k_last_test});
        ask(sequences, [&](const Judgement& judgement) {
            if (!judgement.right) ++test.wrong;
            test.mean_error += judgement.error / k_last_test;
            test.mean_square += judgement.square / k_last_test;
            return true;
        });
    }
    result_ = result;
}

TrialResult TaskCourse::result() const {
    return result_.value_or(TrialResult{.sequences = rule_.sequences(), .first = first_});
}

void TaskCourse::store(Record& record) const {
    rule_.store(record);
    record.write(first_ ? static_cast<double>(*first_) : -1.0);
}

void TaskCourse::restore(Record& record) {
    rule_.restore(record);
    const double first = record.read();
    if (first >= 0) first_ = static_cast<std::uint64_t>(first);
}

}  // namespace carousel
