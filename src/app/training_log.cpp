#include "app/training_log.hpp"

#include <string_view>

namespace carousel {

namespace {

constexpr double k_seconds_apart = 5;  // of lines about steps

}  // namespace

TrainingLog::TrainingLog(const std::filesystem::path& path, std::optional<std::uint64_t> resumed_at)
    : file_(path, resumed_at),
      json_([this](std::string_view line) { file_.append(line.substr(0, line.size() - 1)); },
            k_seconds_apart) {}

}  // namespace carousel
