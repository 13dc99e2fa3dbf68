#include "base/available_cores.hpp"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <locale>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace carousel {

namespace {

namespace fs = std::filesystem;

// A file of the system, whose numbers look the same in every locale.
std::ifstream open_system_file(const fs::path& path) {
    std::ifstream file(path);
    file.imbue(std::locale::classic());
    return file;
}

// Where the control group of this process lies below a hierarchy's mount: "/" for the mount itself.
struct Group {
    fs::path mount, place;
    bool unified;  // version 2
};

// The hierarchies that limit processor time, from lines as "0::/user.slice" (version 2) and
// "4:cpu,cpuacct:/docker/1f2e" (version 1).
std::vector<Group> groups_of_process(const fs::path& root) {
    const fs::path mounts = root / "sys/fs/cgroup";
    std::vector<Group> groups{{mounts, "", true}, {mounts / "cpu", "", false}};
    auto file = open_system_file(root / "proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        const fs::path place = fs::path(line.substr(second + 1)).relative_path();
        if (controllers.empty()) {
            groups.push_back({mounts, place, true});
            groups.push_back({mounts / "unified", place, true});
        } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
            groups.push_back({mounts / "cpu", place, false});
            groups.push_back({mounts / controllers, place, false});
        }
    }
    return groups;
}

// Cores that one group allows.
std::optional<double> quota_of(const fs::path& group, bool unified) {
    double quota = 0, period = 0;  // a quota of "max", or of -1, is none
    if (unified) {
        open_system_file(group / "cpu.max") >> quota >> period;
    } else {
        open_system_file(group / "cpu.cfs_quota_us") >> quota;
        open_system_file(group / "cpu.cfs_period_us") >> period;
    }
    return quota > 0 && period > 0 ? std::optional(quota / period) : std::nullopt;
}

}  // namespace

double control_group_quota(const fs::path& root) {
    std::optional<double> least;
    const auto look_at = [&](const fs::path& group, bool unified) {
        const auto quota = quota_of(group, unified);
        if (quota) least = std::min(*quota, least.value_or(*quota));
    };
    for (const auto& [mount, place, unified] : groups_of_process(root)) {
        look_at(mount, unified);
        // Within a container the place may be told as the host sees it; then it does not exist
        // here.
        fs::path group = mount;
        for (const auto& part : place) {
            if (part == "..") break;
            look_at(group /= part, unified);
        }
    }
    return least.value_or(0);
}

int available_cores() {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (sched_getaffinity(0, sizeof mask, &mask) != 0)
        return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    // Hyper-threads share one set of arithmetic units: count each core of a package once.
    std::set<std::pair<std::string, std::string>> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &mask)) continue;
        const fs::path topology = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology";
        std::string package, core;
        open_system_file(topology / "physical_package_id") >> package;
        open_system_file(topology / "core_id") >> core;
        if (package.empty() || core.empty()) core = "cpu" + std::to_string(cpu);
        cores.emplace(package, core);
    }
    auto count = static_cast<int>(cores.size());
    if (const double quota = control_group_quota(); quota > 0)
        count = std::min(count, static_cast<int>(quota));
    return std::max(1, count);
}

}  // namespace carousel
