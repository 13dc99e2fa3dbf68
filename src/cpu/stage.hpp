#pragma once

#include <cstdint>

#include "cpu/activations.hpp"
#include "cpu/language_model.hpp"
#include "cpu/step_matrices.hpp"
#include "cpu/team_share.hpp"
#include "cpu/weight_matrix.hpp"
#include "model/recurrent_gradient.hpp"

// A layer is a list of stages, chosen once from the shape of its cell (cpu/recurrent_layer.hpp,
// which also says in which order to read them). They meet in what every layer has: the gates,
// states and hidden vectors of its `Activations`, and on the way back the `ActivationGradients`.
// What only one kind of stage needs is its own and seen by nobody else.

namespace carousel {

class Embedding;

/// What the stages of a layer are made from. All of it outlives them.
struct LayerContext {
    const LanguageModel& model;
    LayerParameters parameters;
    ModelUse use;
    RecurrentGradient recurrent_gradient;
    WindowLimits limits;
    Activations& activations;
    const Activations* below;  ///< of the layer below; null in layer 0
    Embedding* embedding;      ///< what layer 0 reads; null above
    StepMatrices& matrices;

    const CellShape& cell() const { return activations.cell(); }
    bool trains() const { return use.trains; }
    const float* values(const StoredParameter* p) const {
        return p != nullptr ? model.values(*p) : nullptr;
    }
};

/// One stage of a layer. A window runs down the left column, stage by stage, then up the right one,
/// from the last stage to the first:
///
///     forward_before          backward_before      on the whole team
///     forward_step, each t    backward_step        by every member of the team for its share
///     forward_after           backward_after       on the whole team
///
/// A stage turns the gradients of what it gave into those of what it read, and puts the gradients
/// of its weights at their places in `gradients`, which is laid out as the model's stored floats;
/// what stood there is overwritten. No call allocates. Law: no bit depends on the number of
/// threads.
class Stage {
public:
    Stage() = default;
    virtual ~Stage() = default;
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// Training: takes over the model's weights of now.
    virtual void prepare(ThreadPool&) {}

    virtual void forward_before(ThreadPool&) {}
    virtual void forward_step(std::int64_t /*t*/, const Member&) {}
    virtual void forward_after(ThreadPool&) {}

    virtual void backward_after(ThreadPool&, ActivationGradients&, float* /*gradients*/) {}
    virtual void backward_step(std::int64_t /*t*/, const Member&, ActivationGradients&) {}
    virtual void backward_before(ThreadPool&, ActivationGradients&, float* /*gradients*/) {}
};

}  // namespace carousel
