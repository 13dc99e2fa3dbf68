#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "data/batch_iterator.hpp"
#include "model/batch.hpp"
#include "model/collectives.hpp"
#include "model/learner.hpp"
#include "model/machine.hpp"
#include "model/training_config.hpp"
#include "model/two_nets.hpp"
#include "training/instruction.hpp"

namespace carousel {

/// What one update did.
struct StepReport {
    double loss = 0;           ///< mean of the window before the update, nats per symbol
    double gradient_norm = 0;  ///< before clipping
    double learning_rate = 0;
    bool finite = true;  ///< false: loss or gradient was not finite, and nothing was changed
};

/// What one process does of a training: it has all weights, and the streams of its shards with what
/// they remember, those of each net of the model (model/two_nets.hpp). A process that trains alone
/// has all shards. Every call is made by all processes together.
class TrainingShare {
public:
    /// Machine and communicator must outlive the object.
    TrainingShare(const Machine& machine, const LanguageModelConfig& model,
                  std::span<const NamedTensor> weights, const TrainingConfig& config,
                  Communicator& communicator);
    TrainingShare(const TrainingShare&) = delete;
    TrainingShare& operator=(const TrainingShare&) = delete;

    /// batch → loss → gradients → clip → update. `streams`, of process 0: all of the window,
    /// (B, T + 1), once for each net. Each net is trained as it would be alone; loss: the mean over
    /// them. Law: the same report in every process, and the same weights.
    StepReport step(const Instruction& instruction, std::span<const TokenId> streams);

    /// What teachers expect of the window that the next step learns, (T, B, V): for who trains
    /// alone.
    Tensor<3>& expected() { return batch_.expected; }

    /// Everybody gets what process 0 passes.
    void put_tensors(Kept kept, std::span<const NamedTensor> tensors);

    /// Everybody gets all moments, which `tensors` then tells.
    void gather_moments() const;

    /// What all streams remember, of process 0: the value of the whole batch, net by net.
    void gather_memory(RecurrentState& all) const;
    void scatter_memory(const RecurrentState& all);

    /// Moments, averages and memory as before the first update; the weights stay.
    void forget();

    /// Those of all nets, in the order of files.
    std::vector<NamedTensor> tensors(Kept kept) const;

    /// A net with its weights of now. Range: one of the model's ways.
    const Model& model(Way way) const;

private:
    struct Net {
        std::unique_ptr<Learner> learner;
        RecurrentState recurrent, after;  // before and, once it succeeded, after the step
    };
    /// Forward and backward through a window. Returns the loss.
    double learn(Net& net, const Instruction& instruction, std::span<const TokenId> streams);
    void set_tensors(Kept kept, std::span<const NamedTensor> tensors);
    /// Empties the memory of some streams, so that the model also learns to begin without one.
    void reset_streams(RecurrentState& state, std::uint64_t step) const;

    LanguageModelConfig model_;
    TrainingConfig config_;
    Communicator* communicator_;
    Shards own_;
    BatchShape shape_;              // of the own streams
    std::vector<Net> nets_;         // by way
    std::vector<TokenId> streams_;  // (own streams, T + 1), of one net
    Batch batch_;
};

}  // namespace carousel
