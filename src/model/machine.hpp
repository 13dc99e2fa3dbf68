#pragma once

// The waist of the house. Above it one trains and reads models and knows no processor; below it
// lives what computes: cpu/ today. To read this room:
//
//   cell_kind, cell_shapes, cell_signals        the cells
//   language_model_config, limits               what a model is, and how large it may be
//   transformer                                 the sizes of one kind of net that has no cell
//   parameter, named_tensor, work               what follows: its tensors, its arithmetic
//   two_nets                                    a model that reads from both ends of a text
//   tensor, batch, recurrent_state              what goes in and comes out
//   training_config, optimizer_config           how it is trained
//   setting, *_descriptions                     all of that as options, files and pages have it
//   training_state                              how far a training has come
//   model, reader, tracer, learner, adapter, forecast   what a machine does
//   machine                                     what makes these
//
// Nothing here says where numbers lie in memory or who computes them. One virtual call does the
// work of a window or of a batch of characters. A machine leaves the floating-point mode of its
// caller's thread as it was.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "model/language_model_config.hpp"
#include "model/learner_config.hpp"
#include "model/named_tensor.hpp"
#include "model/training_config.hpp"

namespace carousel {

class Adapter;
class Forecast;
class Learner;
class Model;

/// Where models are trained and used. It must outlive what it makes, and is used by one thread at a
/// time; one that has a single thread itself by any number, each with readers of its own. Law: what
/// it computes is a function of the arguments alone, bit for bit.
class Machine {
public:
    virtual ~Machine() = default;

    /// For people: "2 threads, avx512".
    virtual std::string description() const = 0;

    /// Threads of this process that compute.
    virtual int threads() const = 0;

    /// The weights of a model that has learned nothing, in canonical order: see
    /// docs/model.md, "First weights". Law: a function of config and seed alone, on every machine.
    virtual std::vector<NamedTensor> initial_weights(const LanguageModelConfig& config,
                                                     std::uint64_t seed) const = 0;

    /// These throw: std::logic_error when the weights are not those that the config implies.
    virtual std::unique_ptr<Model> model(const LanguageModelConfig& config,
                                         std::span<const NamedTensor> weights) const = 0;
    virtual std::unique_ptr<Learner> learner(const LanguageModelConfig& config,
                                             std::span<const NamedTensor> weights,
                                             const LearnerConfig& learning) const = 0;
    /// For windows of at most `window` symbols.
    virtual std::unique_ptr<Adapter> adapter(const LanguageModelConfig& config,
                                             std::span<const NamedTensor> weights,
                                             std::int64_t window) const = 0;

    /// Whether products in bf16 are what this machine is made for, and not only what it can do.
    virtual bool favours_bf16() const = 0;

    /// Trains small nets on generated text for about `seconds`, to foresee how fast others train.
    virtual std::unique_ptr<Forecast> measure_speed(double seconds,
                                                    TrainingPrecision precision) const = 0;

    /// Bytes of memory that a training could have now; 0: unknown.
    virtual double available_memory() const = 0;

    /// Calls `task(i)` for each i in [0, count), side by side where it has threads: work of the
    /// caller's own, such as drawing from the logits of many streams. Not reentrant.
    virtual void for_each(std::int64_t count, Task<std::int64_t> task) const = 0;

    /// In place: softmax(scale · values). From any thread.
    virtual void softmax(std::span<float> values, float scale) const = 0;
};

}  // namespace carousel
