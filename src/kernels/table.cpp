// Compiled once for each instruction set, with CAROUSEL_TABLE naming the result.

#include "kernels/cells/capped_lstm.hpp"
#include "kernels/cells/cifg.hpp"
#include "kernels/cells/lstm.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/kernels.hpp"
#include "kernels/product.hpp"
#include "kernels/quantized.hpp"
#include "kernels/softmax.hpp"
#include "kernels/tables.hpp"

namespace carousel {

const KernelTable CAROUSEL_TABLE = {
    .name = CAROUSEL_TABLE_NAME,
    .product = product,
    .cells = {{lstm_forward, lstm_backward},
              {cifg_forward, cifg_backward},
              {capped_lstm_forward, capped_lstm_backward}},
    .softmax_cross_entropy = softmax_cross_entropy,
    .softmax = softmax,
    .adam = adam,
    .momentum = momentum,
    .step = step,
    .dynamic_update = dynamic_update,
    .sum_of_squares = sum_of_squares,
    .dot = dot,
    .project_out = project_out,
    .add = add,
    .add_squares = add_squares,
    .multiply = multiply,
    .quantized_product = quantized_product,
    .quantize_activations = quantize_activations,
    .transpose_panels = transpose_panels,
};

}  // namespace carousel
