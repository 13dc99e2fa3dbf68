// Compiled once for each instruction set, with CAROUSEL_TABLE naming the result.

#include "kernels/attention.hpp"
#include "kernels/bf16.hpp"
#include "kernels/cells/attention_lstm.hpp"
#include "kernels/cells/capped_lstm.hpp"
#include "kernels/cells/cifg.hpp"
#include "kernels/cells/clockwork.hpp"
#include "kernels/cells/depth_gated.hpp"
#include "kernels/cells/grid.hpp"
#include "kernels/cells/gru.hpp"
#include "kernels/cells/gru_before.hpp"
#include "kernels/cells/layernorm_lstm.hpp"
#include "kernels/cells/lstm.hpp"
#include "kernels/cells/lstm1997.hpp"
#include "kernels/cells/mingru.hpp"
#include "kernels/cells/minlstm.hpp"
#include "kernels/cells/mlstm.hpp"
#include "kernels/cells/mogrifier.hpp"
#include "kernels/cells/peephole.hpp"
#include "kernels/cells/rnn.hpp"
#include "kernels/cells/slstm.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gelu.hpp"
#include "kernels/kernels.hpp"
#include "kernels/modulate.hpp"
#include "kernels/normalization.hpp"
#include "kernels/product.hpp"
#include "kernels/quantize.hpp"
#include "kernels/quantized_product.hpp"
#include "kernels/softmax.hpp"
#include "kernels/tables.hpp"

namespace carousel {

#define CAROUSEL_CELL(name, word, type) cell_kernels<type>(),

const KernelTable CAROUSEL_TABLE = {
    .name = CAROUSEL_TABLE_NAME,
    .product = product<float>,
    .cells = {CAROUSEL_CELLS(CAROUSEL_CELL)},
    .softmax_cross_entropy = softmax_cross_entropy,
    .softmax = softmax,
    .softmax_backward = softmax_backward,
    .row_products = row_products,
    .row_sum = row_sum,
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
    .modulate = modulate,
    .modulate_backward = modulate_backward,
    .gelu = gelu,
    .gelu_backward = gelu_backward,
    .normalize = normalize,
    .normalize_backward = normalize_backward,
    .quantized_product = quantized_product,
    .quantize_activations = quantize_activations,
    .pair_product = product<Bf16Pair>,
    .pair_row = pair_row,
    .pair_rows = pair_rows,
    .transpose_panels = transpose_panels,
};

}  // namespace carousel
