#include "training/shared_state.hpp"

#include <cstddef>
#include <span>
#include <utility>

#include "model/collectives.hpp"

namespace carousel {

namespace {

// One layer of a state: all streams after each other.
std::span<float> layer_of(Tensor<3>& tensor, std::size_t layer) {
    const auto size = tensor.shape(1) * tensor.shape(2);
    return {tensor.data() + layer * size, size};
}
std::span<const float> layer_of(const Tensor<3>& tensor, std::size_t layer) {
    const auto size = tensor.shape(1) * tensor.shape(2);
    return {tensor.data() + layer * size, size};
}

}  // namespace

void scatter_state(Communicator& communicator, std::int64_t parts, const RecurrentState& all,
                   RecurrentState& own) {
    const bool has_all = communicator.process() == 0;
    for (auto [from, to] :
         {std::pair{&all.hidden, &own.hidden}, std::pair{&all.states, &own.states}}) {
        for (std::size_t l = 0; l < to->shape(0); ++l) {
            scatter(communicator, parts,
                    has_all ? std::as_bytes(layer_of(*from, l)) : std::span<const std::byte>(),
                    std::as_writable_bytes(layer_of(*to, l)));
        }
    }
}

void gather_state(Communicator& communicator, std::int64_t parts, const RecurrentState& own,
                  RecurrentState& all) {
    const bool has_all = communicator.process() == 0;
    for (auto [from, to] :
         {std::pair{&own.hidden, &all.hidden}, std::pair{&own.states, &all.states}}) {
        for (std::size_t l = 0; l < from->shape(0); ++l) {
            gather(communicator, parts, std::as_bytes(layer_of(*from, l)),
                   has_all ? std::as_writable_bytes(layer_of(*to, l)) : std::span<std::byte>());
        }
    }
}

}  // namespace carousel
