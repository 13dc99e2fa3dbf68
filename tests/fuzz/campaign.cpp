#include "fuzz/campaign.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/sha256.hpp"
#include "fuzz/mutation.hpp"
#include "support/places.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

constexpr unsigned k_patience = 30;  // seconds for one input
constexpr int k_fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};

// For the handler of signals, which may use little else.
struct UnderWay {
    const std::string* input = nullptr;
    char file[512] = "";
    int messages = -1;
} g_under_way;

void write_all(int descriptor, const char* bytes, std::size_t count) {
    while (count > 0) {
        const auto written = ::write(descriptor, bytes, count);
        if (written <= 0) return;
        bytes += written;
        count -= static_cast<std::size_t>(written);
    }
}

void keep_and_die(int signal) {
    ::signal(signal, SIG_DFL);
    const int file = ::open(g_under_way.file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file >= 0 && g_under_way.input != nullptr)
        write_all(file, g_under_way.input->data(), g_under_way.input->size());
    constexpr char k_text[] = "\nThe input that ended the program, or took too long, is kept in ";
    write_all(g_under_way.messages, k_text, sizeof k_text - 1);
    std::size_t length = 0;
    while (g_under_way.file[length] != '\0') ++length;
    write_all(g_under_way.messages, g_under_way.file, length);
    write_all(g_under_way.messages, "\n", 1);
    ::raise(signal);
}

/// While it lives, an input that ends the program is kept.
class Watch {
public:
    explicit Watch(const fs::path& file) {
        file.native().copy(g_under_way.file, sizeof g_under_way.file - 1);
        g_under_way.messages = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100);
        for (std::size_t i = 0; i < std::size(k_fatal); ++i)
            before_[i] = ::signal(k_fatal[i], keep_and_die);
    }
    ~Watch() {
        ::alarm(0);
        for (std::size_t i = 0; i < std::size(k_fatal); ++i) ::signal(k_fatal[i], before_[i]);
        ::close(g_under_way.messages);
        g_under_way = {};
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    static void begin(const std::string& input) {
        g_under_way.input = &input;
        ::alarm(k_patience);
    }

private:
    void (*before_[std::size(k_fatal)])(int) = {};
};

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> findings_of(const std::string& name) {
    std::vector<fs::path> paths;
    const fs::path folder = source_root() / "tests/fuzz/findings" / name;
    if (fs::exists(folder)) {
        for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> findings;
    for (const auto& path : paths) findings.push_back(read(path));
    return findings;
}

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Where inputs are kept: a folder that outlives the test.
fs::path kept_folder() {
    const char* wanted = std::getenv("CAROUSEL_FUZZ_KEPT");
    const fs::path folder =
        wanted != nullptr ? fs::path(wanted) : fs::temp_directory_path() / "carousel-fuzz";
    fs::create_directories(folder);
    return folder;
}

std::string flaw_of(const Campaign& campaign, const std::string& input) {
    try {
        return campaign.harness(input);
    } catch (const std::exception& error) {
        return std::string("an exception got out: ") + error.what();
    }
}

void feed(const Campaign& campaign, const fs::path& kept, const std::string& input) {
    Watch::begin(input);
    const std::string flaw = flaw_of(campaign, input);
    if (flaw.empty()) return;
    Sha256 hash;
    hash.update(std::as_bytes(std::span(input)));
    const auto path = kept / (campaign.name + "-" + to_hex(hash.finish()).substr(0, 12));
    std::ofstream(path, std::ios::binary) << input;
    FAIL_CHECK(flaw << "\nThe input is kept in " << path.string());
}

}  // namespace

void run(const Campaign& campaign) {
    const fs::path kept = kept_folder();
    const Watch watch(kept / (campaign.name + "-last"));
    const auto findings = findings_of(campaign.name);
    for (const auto& input : findings) feed(campaign, kept, input);
    auto seeds = campaign.seeds;
    for (const auto& input : seeds) feed(campaign, kept, input);
    seeds.insert(seeds.end(), findings.begin(), findings.end());

    const auto seconds = std::chrono::seconds(number_in("CAROUSEL_FUZZ_SECONDS", 0));
    const std::uint64_t seed = number_in("CAROUSEL_FUZZ_SEED", 1);
    const auto end = std::chrono::steady_clock::now() + seconds;
    std::uint32_t fed = 0;
    const auto wanted = [&] {
        return seconds.count() == 0 ? fed < campaign.usual : std::chrono::steady_clock::now() < end;
    };
    for (; wanted(); ++fed) {
        Chance chance(seed, fed);
        const std::string& start = chance.pick(seeds);
        feed(campaign, kept,
             campaign.mutate ? campaign.mutate(start, chance)
                             : mutated(start, seeds, campaign.words, chance));
    }
    MESSAGE(campaign.name << ": " << findings.size() << " findings, " << campaign.seeds.size()
                          << " seeds and " << fed << " mutants of seed " << seed);
}

}  // namespace carousel
