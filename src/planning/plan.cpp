#include "planning/plan.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>

#include "data/batch_iterator.hpp"
#include "model/cell_shapes.hpp"
#include "model/parameter.hpp"
#include "model/transformer.hpp"
#include "model/two_nets.hpp"
#include "planning/cell_choice.hpp"
#include "planning/expected_loss.hpp"
#include "planning/learning_rules.hpp"
#include "planning/reference_forecast.hpp"
#include "planning/two_net_forecast.hpp"

// The nets and shapes that come into question, the `Chooser` that goes through those that time and
// memory allow and keeps the one of which the least loss is expected, and the two ways to ask it.

namespace carousel {

namespace {

constexpr double k_training_share = 0.93;      // of the time; the rest validates and saves
constexpr double k_reading_share = 1.0 / 3;    // of what learning from as many tokens takes
constexpr std::uint64_t k_fewest_windows = 4;  // of a pass over the text, unless options want fewer

struct NetSize {
    std::int64_t layers, hidden_size;
};

// Smallest first. Two layers are the best known depth up to some megabytes of text
// (docs/recipes.md).
constexpr NetSize k_nets[] = {{1, 64},   {1, 96},   {1, 128},  {2, 80},   {2, 96},  {2, 112},
                              {2, 128},  {2, 160},  {2, 192},  {2, 224},  {2, 256}, {2, 320},
                              {2, 384},  {2, 448},  {2, 512},  {2, 640},  {2, 768}, {2, 896},
                              {2, 1024}, {2, 1280}, {2, 1536}, {2, 2048}, {3, 2048}};

// Those of a Transformer, which gains by depth where a recurrent net does not.
constexpr NetSize k_transformers[] = {{2, 64},  {2, 96},  {3, 96},  {3, 128}, {4, 128},
                                      {4, 160}, {4, 192}, {6, 192}, {6, 256}, {6, 320},
                                      {6, 384}, {8, 384}, {8, 512}, {8, 640}, {12, 768}};

std::span<const NetSize> nets_of(CellKind cell) {
    return cell == CellKind::transformer ? std::span<const NetSize>(k_transformers)
                                         : std::span<const NetSize>(k_nets);
}

// Layers where only units were chosen.
std::int64_t usual_layers(CellKind cell) {
    return cell == CellKind::transformer ? 4 : 2;
}

// Smallest first. More streams rather than longer windows, up to what an LSTM looks back.
constexpr BatchShape k_shapes[] = {{4, 32},  {8, 32},  {16, 32},  {16, 64},   {32, 64},
                                   {64, 64}, {64, 96}, {64, 128}, {128, 128}, {256, 128}};

bool divided_by(std::int64_t hidden_size, std::int64_t heads) {
    return heads == 0 || hidden_size % heads == 0;
}

BatchShape shape_of(const TrainingConfig& training) {
    return {training.batch_size, training.window};
}

double characters_per_second(const Forecast& forecast, const Plan& plan) {
    return static_cast<double>(plan.training.batch_size * plan.training.window) /
           forecast.seconds_of_update(plan.model, shape_of(plan.training), plan.training.optimizer);
}

// Cells whose units never meet have nothing but W, also in layer 0.
double learning_weights(const LanguageModelConfig& model) {
    const auto& cell = cell_shape(model.cell);
    const auto weights = static_cast<double>(multiplied_weights(model));
    if (units_meet(cell)) return weights;
    return weights +
           static_cast<double>(cell.input.count * model.hidden_size * model.embedding_size);
}

Outlook outlook(const Plan& plan, const CorpusFacts& corpus) {
    const auto net = one_net(plan.model);  // the loss of two is the mean of both
    return {.weights = learning_weights(net),
            .parameters = static_cast<double>(parameter_count(net)),
            .text = static_cast<double>(corpus.characters),
            .characters = plan.characters,
            .batch = static_cast<double>(plan.training.batch_size * plan.training.window),
            .ngram_loss = corpus.ngram_loss};
}

class Chooser {
public:
    Chooser(const PlanRequest& request, const Forecast& forecast, double seconds)
        : request_(request),
          forecast_(forecast),
          seconds_(std::max(seconds, 0.1) * k_training_share) {
        const bool given = request.decided.batch_size || request.decided.window;
        room_ = given ? request.corpus.tokens
                      : std::max<std::uint64_t>(1, request.corpus.tokens / k_fewest_windows);
    }

    Plan best() const {
        std::optional<Plan> best;
        for_each_size([&](const NetSize& net, const BatchShape& shape) {
            const Plan plan = forecast(net, shape);
            if (!best || better(plan, *best)) best = plan;
        });
        return *best;
    }

private:
    template <typename Visit>
    void for_each_size(Visit&& visit) const {
        const auto& decided = request_.decided;
        const auto cell = request_.model.cell;
        const NetSize given{usual_layers(cell), decided.hidden_size.value_or(0)};
        const auto nets = decided.hidden_size ? std::span(&given, 1) : nets_of(cell);
        for (const auto& net : nets) {
            if (cell == CellKind::transformer && !divided_by(net.hidden_size, request_.model.heads))
                continue;
            for (const auto& shape : k_shapes) {
                visit(NetSize{decided.layers.value_or(net.layers), net.hidden_size},
                      BatchShape{decided.batch_size.value_or(shape.batch_size),
                                 decided.window.value_or(shape.window)});
            }
        }
    }

    Plan forecast(const NetSize& net, const BatchShape& wanted) const {
        Plan plan;
        plan.model = request_.model;
        plan.training = request_.training;
        plan.model.layers = net.layers;
        plan.model.hidden_size = net.hidden_size;
        plan.model.embedding_size = request_.decided.embedding_size.value_or(net.hidden_size);
        const auto shape = fit_batch_shape(room_, wanted);
        plan.training.batch_size = shape.batch_size;
        plan.training.window = shape.window;
        plan.model = with_transformer_sizes(plan.model, shape.window);
        const double all = characters_per_second(forecast_, plan) * seconds_;
        const double measured = k_reading_share * static_cast<double>(request_.corpus.measured);
        foresee(plan, request_.corpus, forecast_, std::max(all - measured, all / 2));
        return plan;
    }

    bool better(const Plan& plan, const Plan& other) const {
        if (fits(plan) != fits(other)) return fits(plan);
        if (!fits(plan)) return plan.memory < other.memory;
        const bool one = plan.updates >= k_fewest_updates, two = other.updates >= k_fewest_updates;
        return one != two ? one : plan.loss < other.loss;
    }

    bool fits(const Plan& plan) const {
        return request_.memory <= 0 || plan.memory <= request_.memory;
    }

    const PlanRequest& request_;
    const Forecast& forecast_;
    double seconds_;
    std::uint64_t room_;  ///< tokens that a batch may have at most
};

void apply_learning_rules(const CorpusFacts& corpus, Plan& plan) {
    apply_learning_rules(outlook(plan, corpus), plan.model.hidden_size, plan.training);
    plan.training.learning_rate =
        two_digits(double{plan.training.learning_rate} * step_of_cell(plan.model.cell));
    if (!units_meet(cell_shape(plan.model.cell))) plan.training.dropout_recurrent = 0;
}

/// The plan that `make` makes of the request, with the cell that was asked for or suits the text.
template <typename Make>
Plan with_cell(PlanRequest request, Make make) {
    request.model.cell = request.decided.cell.value_or(cell_for_text(request.corpus.signs));
    const Plan plan = make(request);
    if (request.decided.cell || plan.updates >= fewest_updates_of_cell(plan.model.cell))
        return plan;
    request.model.cell = CellKind::cifg;
    return make(request);
}

}  // namespace

bool heads_divide_a_plan(std::int64_t heads) {
    return std::ranges::any_of(
        k_transformers, [&](const NetSize& net) { return divided_by(net.hidden_size, heads); });
}

void foresee(Plan& plan, const CorpusFacts& corpus, const Forecast& forecast, double characters) {
    plan.characters = characters;
    plan.characters_per_second = characters_per_second(forecast, plan);
    plan.seconds = characters / plan.characters_per_second;
    const auto expected = outlook(plan, corpus);
    plan.passes = characters / expected.text;
    plan.updates = characters / expected.batch;
    plan.memory = forecast.training_bytes(plan.model, shape_of(plan.training));
    const double loss = expected_loss(expected);
    const double uncertainty = expected_loss_uncertainty(expected);
    // Who knows nothing is off by ln V.
    const double most = std::log(static_cast<double>(plan.model.vocabulary_size));
    plan.loss = std::min(most, loss);
    plan.loss_low = std::min(most, loss * (1 - uncertainty));
    plan.loss_high = std::min(most, loss * (1 + uncertainty));
}

Plan choose_plan(const PlanRequest& request, const Forecast& forecast, double seconds) {
    auto plan = with_cell(request, [&](const PlanRequest& with_this_one) {
        return Chooser(with_this_one, forecast, seconds).best();
    });
    apply_learning_rules(request.corpus, plan);
    return plan;
}

TrainingPrecision faster_precision(const PlanRequest& request, const Forecast& float32,
                                   const Forecast& bf16, double seconds) {
    const auto plan = choose_plan(request, float32, seconds);
    return characters_per_second(bf16, plan) > characters_per_second(float32, plan)
               ? TrainingPrecision::bf16
               : TrainingPrecision::float32;
}

Plan choose_plan_by_size(const PlanRequest& request, const TrainingLength& length) {
    if (length.kind == LengthKind::seconds)
        throw std::logic_error("choose_plan_by_size: a length in time depends on the machine");
    const ReferenceForecast of_net;
    const TwoNetForecast reference(of_net);
    // Two minutes for a megabyte and less, an hour for a gigabyte.
    const double megabytes = static_cast<double>(request.corpus.characters) / 1e6;
    const double seconds = 120 * std::sqrt(std::max(1.0, megabytes));
    auto sizes = request;
    sizes.corpus.measured = 0;  // the time is only what sizes come from
    auto plan = with_cell(sizes, [&](const PlanRequest& with_this_one) {
        auto made = Chooser(with_this_one, reference, seconds).best();
        const auto unit = length.kind == LengthKind::steps
                              ? static_cast<double>(made.training.batch_size * made.training.window)
                              : static_cast<double>(request.corpus.characters);
        foresee(made, request.corpus, reference, length.amount * unit);
        return made;
    });
    apply_learning_rules(request.corpus, plan);
    return plan;
}

}  // namespace carousel
