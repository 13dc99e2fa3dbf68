#pragma once

#include <cstddef>
#include <cstdint>

#include "model/cell_shapes.hpp"

// The room kernels holds the loops in which a program spends its time, and nothing else. Whoever
// calls them reads this file, which says what each computes and how its numbers lie in memory, and
// takes them from the table that `kernels()` returns. Inside, in reading order:
//
//     vector, functions    sixteen floats as one value; exp, sigmoid, tanh over them
//     product              the matrix product, by tiles in registers
//     cell, cells/*        the loops over units and streams; one file for each cell's equations
//     softmax, normalization, attention, modulate, gelu, elementwise         the rest, by subject
//     quantized_product, quantize          products in 8 bits, and what rounds vectors for them
//     bf16                                 pairs of numbers in bf16: rounding, and how they
//     multiply table                all of these once for each instruction set; compiled several
//     times dot_products, pair_products          those in 8 bits and in bf16 once more, where a
//     processor
//                                          has an instruction for them
//     tables, dispatch     the tables there are, and the choice among them at the first use
//
// The law of the room: a kernel gives the same bits on every instruction set. So each number is
// computed by the same operations in the same order everywhere, no call leaves for a library of
// mathematics, and no product and sum become one rounding but where `fma` is written.
// What never happens here: allocation, threads, an exception (but for an unknown CAROUSEL_ISA),
// and, in all files but dispatch.cpp, library code of any kind: the linker could keep the copy that
// was compiled for a processor which this one is not.

namespace carousel {

/// Width of a panel: weights, gates and logits are stored in columns of sixteen.
constexpr std::int64_t k_panel = 16;

/// Number of panels that hold `count` columns, and their width.
constexpr std::int64_t panels_for(std::int64_t count) {
    return (count + k_panel - 1) / k_panel;
}
constexpr std::int64_t padded(std::int64_t count) {
    return panels_for(count) * k_panel;
}

/// A row length of at least `count` floats whose rows do not all fall on the same lines of a cache.
constexpr std::int64_t leading_dimension(std::int64_t count) {
    return padded(count) % 128 == 0 ? padded(count) + k_panel : padded(count);
}

/// C(m, 16 p + j) = start + sum over k of A(m, k) W(p, k, j), for m < rows, p < panels, k < depth.
///
/// A is read at a[m * a_row + k * a_depth] with one of the two strides equal to 1; W at
/// w[p * w_panel + 16 k + j]; C at c[m * c_row + p * c_panel + j]. The sum starts from `start`,
/// which lies as a row of C, when given, else from C when `accumulate`, else from zero. Law: each
/// element is one chain of fused multiply-adds over ascending k. Its bits depend on nothing else:
/// not on the other rows, on how rows or depth are cut, or on the instruction set.
///
/// Panels of C, and the depth of A when `a_depth` is 1, may lie in groups with gaps between them,
/// as some gates among others do: C(m, 16 p + j) at c[m * c_row + p / c_group * c_group_step + p %
/// c_group * c_panel], A(m, k) at a[m * a_row + k / a_group * a_group_step + k % a_group].
template <typename Number>
struct ProductOf {
    const Number* a;
    std::ptrdiff_t a_row, a_depth;
    const Number* w;
    std::ptrdiff_t w_panel;
    float* c;
    std::ptrdiff_t c_row, c_panel;
    std::int64_t rows, panels, depth;
    const float* start = nullptr;
    bool accumulate = false;
    std::int64_t c_group = 0, a_group = 0;  ///< panels of C and depth of A in a group; 0: all
    std::ptrdiff_t c_group_step = 0, a_group_step = 0;
};
using PanelProduct = ProductOf<float>;

/// Two numbers in bf16, the upper halves of floats: neighbours along the depth of a product, the
/// first of which has an even place. After an odd last one comes a zero.
struct alignas(4) Bf16Pair {
    std::uint16_t even, odd;
};

/// The same product of numbers in bf16, for which depth, groups of it and strides of A and W count
/// pairs. Law: of each element and pair first sum = fma(a.odd, w.odd, sum), then sum = fma(a.even,
/// w.even, sum), over ascending pairs, each rounded to the nearest float, halves to even. Numbers
/// below 2^-126 are zero, as what is read and as what comes out. Some processors do so by
/// themselves, others where the thread asks for it (base/floating_point_mode): only there it is a
/// law. It ends at NaN, of which there are many: that one comes out is the same everywhere, but not
/// which; and at sums less than 2^-151 below 2^-126, which are rounded up to it, but to zero on
/// NEON.
using PairProduct = ProductOf<Bf16Pair>;

/// Rows that become pairs: out[r / 2 * out_row + j] = (x(r, j), x(r + 1, j)) for even r < rows and
/// j < width, which is a multiple of 16, with x(r, j) at values[r * row + j] and zero for r = rows.
struct PairedRows {
    const float* values;
    std::ptrdiff_t row;
    std::int64_t rows, width;
    Bf16Pair* out;
    std::ptrdiff_t out_row;
};

/// One step of a cell for `rows` streams and `blocks` blocks of sixteen units. In a block lie,
/// sixteen numbers each: the G gates of `gates`, which hold pre-activations and receive
/// activations; the S states of `states`; the P weights of `diagonal`, the same for all rows.
struct CellForward {
    float* gates;
    std::ptrdiff_t gates_row;
    const float* states_before;
    float* states;
    std::ptrdiff_t states_row;
    const float* hidden_before;
    float* hidden;  ///< receives h(t); of the stage before, the mixed vector v
    std::ptrdiff_t hidden_row;
    const float* diagonal = nullptr;
    const float* states_below = nullptr;  ///< of the layer below after this step; null: zeros
    float* output = nullptr;              ///< of cells with two outputs: for the layer above
    std::int64_t rows, blocks;
};

/// The same step backward. `gates` holds activations and receives the gradients of the
/// pre-activations; `grad_states` holds the gradients of the states that come from the future and
/// receives those for the past, `grad_depth` those from the layer above and for the layer below;
/// `grad_diagonal` has one row for each stream and is added to.
struct CellBackward {
    float* gates;
    std::ptrdiff_t gates_row;
    const float *states_before, *states;
    std::ptrdiff_t states_row;
    const float *hidden_before, *hidden;
    std::ptrdiff_t hidden_row;
    const float* grad_hidden;   ///< of h(t); of the stage before, of v
    float* grad_hidden_before;  ///< is added to what comes directly; null at the window's start
    std::ptrdiff_t grad_hidden_row;
    float* grad_states;
    std::ptrdiff_t grad_states_row;
    const float* diagonal = nullptr;
    float* grad_diagonal = nullptr;
    std::ptrdiff_t grad_diagonal_row = 0;
    const float* states_below = nullptr;
    float* grad_depth = nullptr;         ///< rows as `states`; of cells that read the layer below
    const float* grad_output = nullptr;  ///< rows as `grad_hidden`; of cells with two outputs
    std::int64_t rows, blocks;
};

/// The arithmetic of one kind of cell. `mix` is the stage before of cells with mixed or normalized
/// gates, else null.
struct CellKernels {
    CellShape shape;
    void (*forward)(const CellForward&);
    void (*backward)(const CellBackward&);
    void (*mix_forward)(const CellForward&);
    void (*mix_backward)(const CellBackward&);
};

/// Layer normalization: with N(x) = (x - mean) / sqrt(variance + 1e-5) over all numbers of a row,
/// gates = start + gain N(x), or gates += gain N(x) without `start` (Ba, Kiros & Hinton 2016).
///
/// A row are blocks of sixteen units, of each unit `width` numbers: `values` has one block after
/// the other; in the others a block begins `gates_block` or `gain_block` floats after the one
/// before. Padding is zero and stays zero.
struct NormalizationForward {
    float* values;  ///< receives N(x)
    std::ptrdiff_t values_row;
    float* scales;  ///< receives 1 / sqrt(variance + 1e-5), one a row
    const float* gain;
    std::ptrdiff_t gain_block;
    const float* start = nullptr;  ///< lies as a row of the gates
    float* gates;
    std::ptrdiff_t gates_row, gates_block;
    std::int64_t rows, units, width;
};

/// The same backward. `grad_gain`, which has a row for each row of gates, or one for all with a
/// `grad_gain_row` of zero, is added to.
struct NormalizationBackward {
    float* values;  ///< holds N(x), receives the gradient of x
    std::ptrdiff_t values_row;
    const float *scales, *gain;
    std::ptrdiff_t gain_block;
    const float* grad_gates;
    std::ptrdiff_t gates_row, gates_block;
    float* grad_gain;  ///< in blocks as `gain`
    std::ptrdiff_t grad_gain_row;
    std::int64_t rows, units, width;
};

/// Softmax cross-entropy of one row of logits (V of them, the row padded to panels).
/// Returns log(sum exp(logits)) - logits[target], in nats. With `scale` not zero the row becomes
/// the gradient (softmax - one-hot) * scale, padding zero; else it stays as it was but for the
/// padding.
struct SoftmaxCrossEntropy {
    float* logits;
    std::int64_t vocabulary_size;
    std::uint32_t target;
    float scale;
};

/// Adam with decoupled weight decay (Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019,
/// algorithm 2): g' = gradient_scale g; m = β1 m + (1-β1) g'; v = β2 v + (1-β2) g'²; w = w - decay
/// w - rate (m correction1) / (sqrt(v correction2) + epsilon).
/// With `averages` not null, these move towards the new weights by the share `average_rate`.
struct AdamUpdate {
    float* weights;
    const float* gradients;
    float *first_moments, *second_moments;
    float* averages = nullptr;
    std::int64_t count;  ///< multiple of 16
    float rate, decay, beta1, beta2, correction1, correction2, epsilon, gradient_scale;
    float average_rate = 0;
};

/// One step of dynamic evaluation (Krause, Kahembwe, Murray & Renals 2018, equation 7):
/// w = w - rate g / (rms + epsilon) + min(1, pull rms) (original - w).
struct DynamicUpdate {
    float* weights;
    const float *gradients, *rms, *original;
    std::int64_t count;  ///< multiple of 16
    float rate, pull, epsilon;
};

/// Momentum with Nesterov's look ahead: m = β m + (1-β) g', direction = β m + (1-β) g', where
/// g' = gradient_scale g.
struct MomentumUpdate {
    const float* gradients;
    float *moments, *direction;
    std::int64_t count;  ///< multiple of 16
    float beta, gradient_scale;
};

/// w = w - decay w - rate direction; averages as in `AdamUpdate`.
struct DirectionStep {
    float* weights;
    const float* direction;
    float* averages;
    std::int64_t count;  ///< multiple of 16
    float rate, decay, average_rate;
};

/// A vector modulated by another between 0 and 2, as in a round of `cpu/rounds.hpp`. Forward,
/// `gate` holds a, receives 2 sigmoid(a), and `out` that times `in`. Backward, `gate` holds 2
/// sigmoid(a) and receives the gradient of a; `grad` holds the gradient of `out` and receives that
/// of `in`.
struct Modulation {
    float* gate;
    const float* in;
    float* out;
    std::int64_t count;  ///< multiple of 16
};
struct ModulationBackward {
    float* gate;
    const float* in;
    float* grad;
    std::int64_t count;  ///< multiple of 16
};

/// out(j) = start(j) + scale (vector · row j), for `count` rows of `blocks` blocks of sixteen, row
/// j at rows[j * row_step]. Without `start` that is zero. Law: the bits of an element do not depend
/// on the other rows.
struct RowProducts {
    const float* vector;
    const float* rows;
    std::ptrdiff_t row_step;
    const float* start = nullptr;
    float* out;
    float scale = 1;
    std::int64_t count, blocks;
};

/// out (+)= sum over j, ascending, of scale coefficient(j) row j. Rows as above, coefficient j at
/// coefficients[j * coefficient_step].
struct RowSum {
    const float* coefficients;
    std::ptrdiff_t coefficient_step = 1;
    float scale = 1;
    const float* rows;
    std::ptrdiff_t row_step;
    float* out;
    bool accumulate = false;
    std::int64_t count, blocks;
};

/// C(m, 16 p + j) = start + s(m) scales[16 p + j] (sum over k of a(m, k) w(p, k, j) - offsets[16 p
/// + j]), for m < rows, p < panels: 7-bit activations and 8-bit weights, which lie as [panel][k /
/// 4][16][4]. What C starts from, and how its rows, panels and their groups lie, is as in
/// `PanelProduct`. Law: the sum is exact, its scaling one fused multiply-add.
struct QuantizedProduct {
    const std::uint8_t*
        activations;  ///< 4 * groups in a row, zero stands at 64, 127 is the largest
    std::ptrdiff_t activations_row;
    const float* activation_scales;  ///< s, one a row
    const std::int8_t* w;            ///< in [-127, 127]
    const float* scales;
    const std::int32_t* offsets;  ///< 64 times the sum of the column's weights
    float* c;
    std::ptrdiff_t c_row, c_panel;
    std::int64_t rows, panels;
    std::int64_t groups;  ///< of four numbers of the depth: at most `k_most_groups`
    const float* start = nullptr;
    bool accumulate = false;
    std::int64_t c_group = 0;
    std::ptrdiff_t c_group_step = 0;
};

/// With more, a sum of products of 127 by 127 would not fit in 32 bits.
constexpr std::int64_t k_most_groups = 0x7FFFFFFF / (4 * 127 * 127);

/// The hot loops, compiled once for each instruction set. Every entry gives the same bits in each.
struct KernelTable {
    const char* name;
    void (*product)(const PanelProduct&);
    CellKernels cells[k_cell_count];  ///< by `CellKind`
    const CellKernels& cell(CellKind kind) const { return cells[static_cast<int>(kind)]; }
    float (*softmax_cross_entropy)(const SoftmaxCrossEntropy&);
    void (*softmax)(float* logits, std::int64_t count, float inverse_temperature);
    /// Turns gradients of a softmax's probabilities into those of its logits; `count` is a multiple
    /// of 16.
    void (*softmax_backward)(const float* probabilities, float* gradients, std::int64_t count);
    void (*row_products)(const RowProducts&);
    void (*row_sum)(const RowSum&);
    void (*adam)(const AdamUpdate&);
    void (*momentum)(const MomentumUpdate&);
    void (*step)(const DirectionStep&);
    void (*dynamic_update)(const DynamicUpdate&);
    /// Sum of squares of `count` (a multiple of 16) floats.
    double (*sum_of_squares)(const float* values, std::int64_t count);
    /// Dot product, and row -= (row · unit) unit; any count.
    double (*dot)(const float* a, const float* b, std::int64_t count);
    void (*project_out)(float* row, const float* unit, std::int64_t count);
    /// out += in, out += in², out = a * b: `count` floats, a multiple of 16.
    void (*add)(float* out, const float* in, std::int64_t count);
    void (*add_squares)(float* out, const float* in, std::int64_t count);
    void (*multiply)(float* out, const float* a, const float* b, std::int64_t count);
    void (*modulate)(const Modulation&);
    void (*modulate_backward)(const ModulationBackward&);
    /// out = GELU(in), which may be one vector, and grad = grad GELU'(in) (Hendrycks & Gimpel 2016,
    /// by tanh): `count` floats, a multiple of 16.
    void (*gelu)(const float* in, float* out, std::int64_t count);
    void (*gelu_backward)(const float* in, float* grad, std::int64_t count);
    void (*normalize)(const NormalizationForward&);
    void (*normalize_backward)(const NormalizationBackward&);
    void (*quantized_product)(const QuantizedProduct&);
    /// out = 64 + 63 x / s, rounded to nearest, where s, which is returned, is 1 or the power of
    /// two that bounds |x|. Whole pieces of 16 are read and written; of the last only `count`
    /// numbers count for s.
    float (*quantize_activations)(const float* values, std::int64_t count, std::uint8_t* out);
    void (*pair_product)(const PairProduct&);
    /// Numbers become bf16: rounded to the nearest, halves to even; below 2^-126 to zero, from the
    /// middle between the largest and 2^128 on to infinity, NaN to one of its kind. Signs stay.
    /// A row: out[i] = (values[2 i], values[2 i + 1]), with zeros from `count` on up to a multiple
    /// of 32 numbers.
    void (*pair_row)(const float* values, std::int64_t count, Bf16Pair* out);
    void (*pair_rows)(const PairedRows&);
    /// Turns panels W(p, k, j) into some of the transpose: out(k / 16 - first, 16 p + j, k % 16) =
    /// W(p, k, j), for k in [16 first, 16 last); rows k >= depth are zero.
    void (*transpose_panels)(const float* w, std::int64_t panels, std::int64_t depth, float* out,
                             std::int64_t first, std::int64_t last);
};

/// Every instruction set that there is, each better than those before it.
inline constexpr const char* k_instruction_sets[] = {"scalar", "neon",       "avx2",
                                                     "avx512", "avx512vnni", "avx512bf16"};

/// Whether this processor multiplies bf16 by an instruction of its own; others spend as many as for
/// floats, and some more.
bool has_bf16_products();

/// The table for this processor, or the one of `k_instruction_sets` that CAROUSEL_ISA names.
/// Throws: UsageError when that variable names a set that is unknown, not built or not supported
/// here.
const KernelTable& kernels();

/// The table of a named instruction set, or null when it is not built in or this processor lacks
/// it.
const KernelTable* kernels_for(const char* name);

/// Name of the set in use, of `k_instruction_sets`.
const char* instruction_set();

}  // namespace carousel
