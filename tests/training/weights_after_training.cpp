// Trains a small model with the cell whose number is given and prints the hash of its weights, in a
// process of its own, since the instruction set is chosen once a process.

#include <cstdio>
#include <cstdlib>

#include "training/small_training.hpp"

int main(int argc, char** argv) {
    using namespace carousel;
    const auto cell = static_cast<CellKind>(argc > 1 ? std::atoi(argv[1]) : 0);
    SmallTraining training(1, small_config(cell));
    training.run(steps_of(cell));
    std::printf("%s\n", training.weights_hash().c_str());
}
