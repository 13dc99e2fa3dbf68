// Trains a small model and prints the hash of its weights, in a process of its own, since the
// instruction set is chosen once a process.

#include <cstdio>

#include "training/small_training.hpp"

int main() {
    carousel::SmallTraining training(1);
    training.run(50);
    std::printf("%s\n", training.weights_hash().c_str());
}
