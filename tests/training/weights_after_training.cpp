// Trains a small model with the cell whose number is given, in bf16 if that is a second word, and
// prints the hash of its weights, in a process of its own, since the instruction set is chosen once
// a process.

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "training/small_training.hpp"

int main(int argc, char** argv) {
    using namespace carousel;
    const auto cell = static_cast<CellKind>(argc > 1 ? std::atoi(argv[1]) : 0);
    auto config = small_training_config();
    if (argc > 2 && argv[2] == std::string_view("bf16")) config.precision = TrainingPrecision::bf16;
    SmallTraining training(1, small_config(cell), config);
    training.run(steps_of(cell));
    std::printf("%s\n", training.weights_hash().c_str());
}
