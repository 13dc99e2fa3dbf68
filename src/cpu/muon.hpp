#pragma once

#include <span>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/crew.hpp"
#include "cpu/matrix_shares.hpp"
#include "cpu/orthogonalization.hpp"
#include "cpu/parameter.hpp"

namespace carousel {

/// The part of an update that Muon makes: momentum, orthogonalization, step of the matrices of the
/// recurrent layers (`OptimizerKind`).
///
/// As many matrices as the team can share out evenly are each one member's, who needs nobody and
/// finds them in its cache; the team does the others together.
class Muon {
public:
    /// Stored floats of all parameters, as `ParameterList` lays them out.
    struct Update {
        float* weights;
        const float* gradients;
        float* moments;
        float* averages;  ///< null: none are kept
        float learning_rate, gradient_scale, momentum, weight_decay, average_rate;
    };

    /// `communicator`, not null: processes share the matrices out (`MatrixShares`).
    Muon(const ParameterList& parameters, int threads, Communicator* communicator);

    /// The matrices of recurrent layers, but for those of which some elements are zero for good:
    /// an orthogonal step would fill them.
    static bool moves(const StoredParameter& parameter);

    /// The matrices, whose gradient only the process that computes them needs, and has moments of
    /// (`MatrixShares`).
    KeptGradients kept_gradients() const { return shares_.kept_gradients(); }
    /// All processes get each other's moments, laid out as in `Update`.
    void gather_moments(std::span<float> moments) const {
        if (shares_.shared()) shares_.exchange_stored(moments);
    }

    /// Law: the same bits for every number of threads.
    void update(ThreadPool& pool, const Update& update);

private:
    struct Matrix {
        StoredParameter parameter;
        bool own;             // this process computes it
        std::int64_t offset;  // into directions_
    };
    using Matrices = std::span<const Matrix>;

    /// Own matrices, as many as there is memory for.
    void step(const Crew& crew, Matrices matrices, std::span<Orthogonalization> memory,
              const Update& update);
    void step_with_others(const Crew& crew, const Update& update);

    MatrixShares shares_;
    std::vector<Matrix> matrices_;  // own ones first, of these the largest
    std::size_t own_ = 0;
    std::vector<Orthogonalization> memory_;  // for as many as go side by side
    Buffer directions_;                      // of all matrices, where processes share them out
};

}  // namespace carousel
