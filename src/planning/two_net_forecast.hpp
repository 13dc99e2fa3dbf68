#pragma once

#include "model/forecast.hpp"
#include "model/two_nets.hpp"

namespace carousel {

/// What is foreseen of a model of one net or of two, from what is foreseen of each net: they are
/// trained in turn, with buffers of their own.
class TwoNetForecast final : public Forecast {
public:
    /// `of_net` outlives the object.
    explicit TwoNetForecast(const Forecast& of_net) : of_net_(&of_net) {}

    double seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                             OptimizerKind optimizer) const override {
        return nets(model) * of_net_->seconds_of_update(one_net(model), shape, optimizer);
    }

    double training_bytes(const LanguageModelConfig& model,
                          const BatchShape& shape) const override {
        return nets(model) * of_net_->training_bytes(one_net(model), shape);
    }

private:
    static double nets(const LanguageModelConfig& model) {
        return static_cast<double>(ways_of(model).size());
    }

    const Forecast* of_net_;
};

}  // namespace carousel
