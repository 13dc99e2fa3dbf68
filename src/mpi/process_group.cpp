#include "mpi/process_group.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "mpi/launcher.hpp"

namespace carousel {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int k_tag = 1;
constexpr std::size_t k_largest_message = std::size_t{1} << 30;  // MPI counts in int
constexpr auto k_impatience = 10ms;  // after which a wait leaves its core to others
constexpr auto k_nap = 50us;
constexpr auto k_between_looks = 200ms;  // at whether the others are still there

/// What processes tell of themselves when they meet.
struct Introduction {
    std::array<char, 64> host, version;
    int process_id;
    cpu_set_t cores;
};

std::string_view text(const std::array<char, 64>& field) {
    return {field.data(), strnlen(field.data(), field.size())};
}

Introduction introduction(std::string_view version) {
    Introduction own;
    std::memset(&own, 0, sizeof own);  // padding too: all of it is sent
    ::gethostname(own.host.data(), own.host.size() - 1);
    version.copy(own.version.data(), own.version.size() - 1);
    own.process_id = ::getpid();
    ::sched_getaffinity(0, sizeof own.cores, &own.cores);
    return own;
}

class MpiProcessGroup final : public ProcessGroup {
public:
    explicit MpiProcessGroup(std::string_view version) {
        int provided = 0;
        // A window's gradients go on their way on a thread of their own, while no other one speaks.
        MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
        if (provided < MPI_THREAD_SERIALIZED)
            throw UsageError(
                "The Open MPI that this program runs with was built without support of threads, "
                "which it needs. That of Debian (openmpi-bin) has it.");
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
        MPI_Comm_rank(MPI_COMM_WORLD, &process_);
        MPI_Comm_size(MPI_COMM_WORLD, &processes_);
        all_.resize(static_cast<std::size_t>(processes_));
        const auto own = introduction(version);
        MPI_Allgather(&own, sizeof own, MPI_BYTE, all_.data(), sizeof own, MPI_BYTE,
                      MPI_COMM_WORLD);
        for (int p = 0; p < processes_; ++p) {
            if (p != process_ && is_here(p) && lives(p)) watched_.push_back(p);
        }
    }

    ~MpiProcessGroup() override {
        // Who has left in the middle of something is not waited for; its exit code tells mpirun.
        if (!abandoned_) MPI_Finalize();
    }
    MpiProcessGroup(const MpiProcessGroup&) = delete;
    MpiProcessGroup& operator=(const MpiProcessGroup&) = delete;

    int processes() const override { return processes_; }
    int process() const override { return process_; }
    std::string name() const override { return name_of(process_); }

    int sharers_of_cores() const override {
        const auto& own = introduced(process_);
        return static_cast<int>(std::ranges::count_if(all_, [&](const Introduction& other) {
            return text(other.host) == text(own.host) && CPU_EQUAL(&other.cores, &own.cores);
        }));
    }

    void require_version(std::string_view version) {
        for (int p = 0; p < processes_; ++p) {
            if (text(introduced(p).version) == version) continue;
            abandoned_ = true;
            throw UsageError(fmt::format(
                "{} runs {} and {} runs {}: all machines need the same version of Carousel.",
                name_of(p), text(introduced(p).version), name(), version));
        }
    }

    void abandon() noexcept override { abandoned_ = true; }

    void exchange(std::span<const Outgoing> out, std::span<const Incoming> in) override {
        if (abandoned_) throw InputError("The processes that train together have parted.");
        requests_.clear();
        bool fine = true;
        for (const auto& message : in) {
            for_each_piece(message.bytes, [&](std::span<std::byte> piece) {
                fine &= MPI_Irecv(piece.data(), static_cast<int>(piece.size()), MPI_BYTE,
                                  message.process, k_tag, MPI_COMM_WORLD,
                                  &requests_.emplace_back()) == MPI_SUCCESS;
            });
        }
        for (const auto& message : out) {
            for_each_piece(message.bytes, [&](std::span<const std::byte> piece) {
                fine &= MPI_Isend(piece.data(), static_cast<int>(piece.size()), MPI_BYTE,
                                  message.process, k_tag, MPI_COMM_WORLD,
                                  &requests_.emplace_back()) == MPI_SUCCESS;
            });
        }
        if (!fine) fail("A connection to another process is lost");
        wait();
    }

private:
    template <typename Byte, typename Visit>
    static void for_each_piece(std::span<Byte> bytes, Visit visit) {
        while (!bytes.empty()) {
            const auto size = std::min(bytes.size(), k_largest_message);
            visit(bytes.first(size));
            bytes = bytes.subspan(size);
        }
    }

    const Introduction& introduced(int process) const {
        return all_[static_cast<std::size_t>(process)];
    }
    bool is_here(int process) const {
        return text(introduced(process).host) == text(introduced(process_).host);
    }
    bool lives(int process) const {
        return ::kill(introduced(process).process_id, 0) == 0 || errno != ESRCH;
    }
    std::string name_of(int process) const {
        return fmt::format("Process {} of {}, on {}", process, processes_,
                           text(introduced(process).host));
    }

    // Moves messages until all are through. A processor that another process may need is left to it
    // where that takes long.
    void wait() {
        const auto begun = Clock::now();
        auto looked = begun;
        for (;;) {
            int done = 0;
            const auto result = MPI_Testall(static_cast<int>(requests_.size()), requests_.data(),
                                            &done, MPI_STATUSES_IGNORE);
            if (result != MPI_SUCCESS) fail("A connection to another process is lost");
            if (done != 0) return;
            if (abandoned_) fail("This process goes no further");
            const auto now = Clock::now();
            // Beside a thread that computes, this one takes no more of the core than it must.
            if (std::this_thread::get_id() == made_by_ && now - begun < k_impatience) {
                ::sched_yield();
            } else {
                std::this_thread::sleep_for(k_nap);
            }
            if (now - looked < k_between_looks) continue;
            looked = now;
            for (const int other : watched_)
                if (!lives(other)) fail(fmt::format("{} has ended", name_of(other)));
        }
    }

    [[noreturn]] void fail(const std::string& what) {
        abandoned_ = true;
        throw InputError(fmt::format(
            "{}, and the training with it. --resume goes on from the last save, with as many "
            "processes as there are.",
            what));
    }

    int process_ = 0, processes_ = 1;
    std::vector<Introduction> all_;
    std::vector<int> watched_;  // the others on this machine
    std::vector<MPI_Request> requests_;
    std::thread::id made_by_ = std::this_thread::get_id();
    std::atomic<bool> abandoned_{false};
};

}  // namespace

std::unique_ptr<ProcessGroup> join_processes(std::string_view version) {
    if (!started_among_others()) return nullptr;
    auto group = std::make_unique<MpiProcessGroup>(version);
    if (group->processes() == 1) {
        throw UsageError(
            "This program was started as several processes, by another mpirun than that of Open "
            "MPI, for which it was built. Start it with Open MPI's (Debian: openmpi-bin), or "
            "alone.");
    }
    group->require_version(version);
    return group;
}

bool has_mpi() {
    return true;
}

}  // namespace carousel
