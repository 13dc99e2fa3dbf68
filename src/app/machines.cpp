#include "app/machines.hpp"

#include <fstream>

#include "base/available_cores.hpp"
#include "cpu/cpu_machine.hpp"
#include "kernels/kernels.hpp"
#include "text/printable.hpp"

namespace carousel {

std::unique_ptr<Machine> make_machine(int threads) {
    return std::make_unique<CpuMachine>(threads);
}

int default_threads() {
    return available_cores();
}

std::optional<std::string> slowness_of_machine() {
    if (kernels_for("scalar") == nullptr || instruction_set_in_use() != "scalar")
        return std::nullopt;
    return std::string(kernels_for("avx2") != nullptr
                           ? "CAROUSEL_ISA asks for the portable kernels"
                           : "this processor has no AVX2, or this build knows no fast kernels for "
                             "it") +
           ": everything takes many times as long as it could.";
}

std::string instruction_set_in_use() {
    return instruction_set();
}

std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) return printable(line.substr(line.find(':') + 2));
    }
    return "unknown";
}

}  // namespace carousel
