#include "app/machines.hpp"

#include "base/available_cores.hpp"
#include "cpu/blas.hpp"
#include "cpu/cpu_machine.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

std::unique_ptr<Machine> make_machine(int threads) {
    return std::make_unique<CpuMachine>(threads);
}

int default_threads() {
    return available_cores();
}

std::string instruction_set_in_use() {
    return instruction_set();
}

std::string blas_in_use() {
    return blas_description();
}

}  // namespace carousel
