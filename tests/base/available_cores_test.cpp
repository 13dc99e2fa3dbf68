#include "base/available_cores.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

namespace fs = std::filesystem;

/// A system whose processes lie in the control groups that `groups`, lines of /proc/self/cgroup,
/// tell.
class FakeSystem {
public:
    explicit FakeSystem(const std::string& groups) { write("proc/self/cgroup", groups); }

    void write(const std::string& file, const std::string& content) const {
        fs::create_directories((folder_ / file).parent_path());
        std::ofstream(folder_ / file) << content << '\n';
    }

    double quota() const { return control_group_quota(folder_.path()); }

private:
    TemporaryFolder folder_;
};

}  // namespace

TEST_SUITE("base/available_cores") {
    TEST_CASE("this process may use at least one core") {
        CHECK(available_cores() >= 1);
    }

    TEST_CASE("a system without control groups sets no limit") {
        const TemporaryFolder empty;
        CHECK(control_group_quota(empty.path()) == 0);
        CHECK(FakeSystem("").quota() == 0);
        CHECK(FakeSystem("no such line\n0:").quota() == 0);
    }

    TEST_CASE("version 2: the least quota from the process's own group up to the root counts") {
        const FakeSystem system("0::/user.slice/job.scope");
        system.write("sys/fs/cgroup/cpu.max", "max 100000");
        CHECK(system.quota() == 0);
        system.write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "250000 100000");
        CHECK(system.quota() == 2.5);
        system.write("sys/fs/cgroup/user.slice/cpu.max", "800000 100000");
        CHECK(system.quota() == 2.5);
        system.write("sys/fs/cgroup/cpu.max", "50000 50000");
        CHECK(system.quota() == 1);
    }

    TEST_CASE("version 1: the group of the controller of processor time counts, and no other") {
        const FakeSystem system("5:memory:/other\n4:cpu,cpuacct:/docker/1f2e\n3:cpuset:/third");
        const auto limit = [&](const std::string& group, const char* quota) {
            system.write(group + "/cpu.cfs_quota_us", quota);
            system.write(group + "/cpu.cfs_period_us", "100000");
        };
        limit("sys/fs/cgroup/cpu,cpuacct/other", "100000");
        limit("sys/fs/cgroup/cpu,cpuacct", "-1");
        CHECK(system.quota() == 0);
        limit("sys/fs/cgroup/cpu,cpuacct/docker/1f2e", "400000");
        CHECK(system.quota() == 4);
        limit("sys/fs/cgroup/cpu/docker", "300000");
        CHECK(system.quota() == 3);
    }

    TEST_CASE("a quota is seen where the process's group is told as another system sees it") {
        const FakeSystem unified("0::/docker/1f2e"), above("0::/../../elsewhere");
        for (const auto* system : {&unified, &above}) {
            system->write("sys/fs/cgroup/cpu.max", "200000 100000");
            system->write("elsewhere/cpu.max", "100000 100000");
            CHECK(system->quota() == 2);
        }
    }
}
