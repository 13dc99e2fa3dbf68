#include "lab/paper_net.hpp"

#include <vector>

namespace carousel {

namespace {

// -step, -2 step, ...
std::vector<double> falling(int blocks, double first, double step) {
    std::vector<double> biases;
    for (int i = 0; i < blocks; ++i) biases.push_back(first + step * i);
    return biases;
}

}  // namespace

MemoryNetShape memory_net_shape(const Experiment& e) {
    MemoryNetShape shape{.inputs = input_units(e),
                         .outputs = output_units(e),
                         .blocks = e.blocks,
                         .block_size = e.block_size,
                         .fed_by_gates = e.fed_by_gates};
    switch (e.task) {
        case LabTask::reber:
            shape.gate_biases = true;
            break;
        case LabTask::lags:
        case LabTask::random_lags:
            shape.output_gates = shape.recurrent = false;
            shape.direct = shape.plain_squashing = true;
            break;
        case LabTask::long_lags:
            break;
        case LabTask::latch:
        case LabTask::noisy_latch:
        case LabTask::noisy_targets:
            shape.gate_biases = shape.cell_biases = true;
            break;
        default:
            shape.gate_biases = shape.cell_biases = shape.output_biases = true;
            // With σ sums and products near the ends of [0, 1] take twenty times the paper's
            // sequences: docs/long_lags.md.
            shape.linear_outputs = e.task == LabTask::adding || e.task == LabTask::multiplication;
            break;
    }
    return shape;
}

MemoryNetStart memory_net_start(const Experiment& e) {
    switch (e.task) {
        case LabTask::reber:
            return {.range = 0.2, .output_gate_biases = falling(e.blocks, -1, -1)};
        case LabTask::lags:
        case LabTask::random_lags:
        case LabTask::long_lags:
            return {.range = 0.2};
        case LabTask::latch:
        case LabTask::noisy_latch:
        case LabTask::noisy_targets:
            return {.range = 0.1,
                    .input_gate_biases = falling(e.blocks, -1, -2),
                    .output_gate_biases = falling(e.blocks, -2, -2)};
        case LabTask::adding:
            return {.range = 0.1, .input_gate_biases = falling(e.blocks, -3, -3)};
        case LabTask::multiplication:
            return {.range = 0.1};
        default:
            return {.range = 0.1, .input_gate_biases = falling(e.blocks, -2, -2)};
    }
}

}  // namespace carousel
