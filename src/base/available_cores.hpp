#pragma once

#include <filesystem>

namespace carousel {

/// Processors this process may use: physical cores within its affinity mask and its control groups'
/// quota; at least 1.
int available_cores();

/// Processor time that the control groups of this process allow, in cores: the least of its own
/// group's quota and those of the groups around it (versions 1 and 2); 0 when there is no limit.
/// `root` is where /proc and /sys are found. What cannot be read is no limit.
double control_group_quota(const std::filesystem::path& root = "/");

}  // namespace carousel
