// A network of several hosts on one machine, for a kernel without netem: namespaces host1, host2,
// ... each with an interface of its own, between which this program carries packets at the rate and
// with the delay of a link. Needs root; runs until it is told to end.
//
// usage: network HOSTS GIGABITS MILLISECONDS
//   GIGABITS      a second, of each host in each direction
//   MILLISECONDS  from one host to another

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

constexpr int k_longest = 32'000;  // bytes of a packet
volatile std::sig_atomic_t stopped = 0;

void require(bool fine, const char* what) {
    if (fine) return;
    std::perror(what);
    std::exit(1);
}

void shell(const std::string& command) {
    require(std::system(command.c_str()) == 0, command.c_str());
}

struct Packet {
    Time due;
    std::vector<char> bytes;
};

/// One host: what it may send and receive next, and when.
struct Host {
    int interface;
    Time sends_again{}, receives_again{};
    std::deque<Packet> arriving{};
};

int open_interface(const std::string& name, const std::string& address) {
    shell("ip netns add " + name);
    const int space = open(("/var/run/netns/" + name).c_str(), O_RDONLY);
    require(space >= 0 && setns(space, CLONE_NEWNET) == 0, "setns");
    close(space);
    const int interface = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    require(interface >= 0, "/dev/net/tun");
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    std::strcpy(request.ifr_name, "link0");
    require(ioctl(interface, TUNSETIFF, &request) == 0, "TUNSETIFF");
    shell("ip link set lo up && ip addr add " + address +
          "/24 dev link0 && ip link set link0 mtu " + std::to_string(k_longest) +
          " txqueuelen 2000 up");
    return interface;
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::fputs("usage: network HOSTS GIGABITS MILLISECONDS\n", stderr);
        return 2;
    }
    const auto hosts_count = static_cast<std::size_t>(std::atoi(words[1]));
    const double bytes_per_nanosecond = std::atof(words[2]) / 8;
    const auto delay =
        std::chrono::nanoseconds(static_cast<std::int64_t>(std::atof(words[3]) * 1e6));
    const auto on_the_wire = [&](std::size_t bytes) {
        return std::chrono::nanoseconds(
            static_cast<std::int64_t>(static_cast<double>(bytes) / bytes_per_nanosecond));
    };
    std::signal(SIGTERM, [](int) { stopped = 1; });
    std::signal(SIGINT, [](int) { stopped = 1; });

    std::vector<Host> hosts;
    std::vector<pollfd> watched;
    for (std::size_t i = 1; i <= hosts_count; ++i) {
        const auto number = std::to_string(i);
        hosts.push_back({open_interface("host" + number, "10.77.0." + number)});
        watched.push_back({hosts.back().interface, POLLIN, 0});
    }
    std::puts("ready");
    std::fflush(stdout);

    std::vector<char> packet(k_longest + 100);
    while (stopped == 0) {
        bool idle = true;
        const auto now = Clock::now();
        for (auto& from : hosts) {
            // A queue of a millisecond in front of the link, then senders wait.
            while (from.sends_again < now + std::chrono::milliseconds(1)) {
                const auto size = read(from.interface, packet.data(), packet.size());
                if (size < 20) break;
                idle = false;
                const auto to =
                    static_cast<std::size_t>(static_cast<unsigned char>(packet[19])) - 1;
                if ((packet[0] >> 4) != 4 || to >= hosts.size()) continue;
                auto& host = hosts[to];
                const auto bytes = static_cast<std::size_t>(size);
                from.sends_again = std::max(from.sends_again, now) + on_the_wire(bytes);
                // It comes in as fast as it went out, unless others come at the same time.
                host.receives_again =
                    std::max(host.receives_again + on_the_wire(bytes), from.sends_again + delay);
                host.arriving.push_back(
                    {host.receives_again, {packet.data(), packet.data() + size}});
            }
        }
        Time next = now + std::chrono::milliseconds(10);
        for (auto& host : hosts) {
            while (!host.arriving.empty() && host.arriving.front().due <= Clock::now()) {
                const auto& bytes = host.arriving.front().bytes;
                if (write(host.interface, bytes.data(), bytes.size()) < 0 && errno == EAGAIN) break;
                host.arriving.pop_front();
                idle = false;
            }
            if (!host.arriving.empty()) next = std::min(next, host.arriving.front().due);
            if (host.sends_again > now + std::chrono::milliseconds(1)) idle = false;
        }
        if (!idle) continue;
        const auto wait = next - Clock::now() - std::chrono::microseconds(60);
        if (wait.count() <= 0) continue;  // sooner than the system would wake us
        const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(wait).count();
        const timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
        ppoll(watched.data(), watched.size(), &time, nullptr);
    }
    for (std::size_t i = 1; i <= hosts_count; ++i) shell("ip netns del host" + std::to_string(i));
}
