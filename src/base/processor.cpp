#include "base/processor.hpp"

#include <fstream>
#include <string_view>

namespace carousel {

std::string processor_name(const std::filesystem::path& root) {
    std::ifstream about(root / "proc/cpuinfo");
    for (std::string line; std::getline(about, line);) {
        // "model name" on x86, "Model" on 64-bit ARM boards, each with tabs before the colon.
        if (!line.starts_with("model name") && !line.starts_with("Model")) continue;
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        const auto name = line.find_first_not_of(" \t", colon + 1);
        if (name != std::string::npos) return line.substr(name);
    }
    return {};
}

}  // namespace carousel
