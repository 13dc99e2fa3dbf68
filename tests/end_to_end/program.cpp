#include "end_to_end/program.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "support/places.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

// Everything that the child needs is made before the fork.
struct Files {
    int in, out, err;
};

void replace(int descriptor, int standard) {
    if (::dup2(descriptor, standard) < 0) ::_exit(126);
}

int open_for_writing(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) throw std::runtime_error("cannot write " + path.string());
    return descriptor;
}

int unread_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    ::close(ends[0]);
    return ends[1];
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& text : strings) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

Program::Program(const fs::path& folder, const Words& words, const Setting& setting) {
    static std::atomic<int> number = 0;
    const std::string name = ".run-" + std::to_string(++number);
    out_ = folder / (name + ".out");
    err_ = folder / (name + ".err");
    const fs::path in = folder / (name + ".in");
    write(in, setting.input);
    write(out_, "");
    const Files files{
        ::open(in.c_str(), O_RDONLY | O_CLOEXEC),
        setting.closed_output ? unread_pipe()
        : setting.full_output ? ::open("/dev/full", O_WRONLY | O_CLOEXEC)
                              : open_for_writing(out_),
        setting.full_errors ? ::open("/dev/full", O_WRONLY | O_CLOEXEC) : open_for_writing(err_)};
    const std::string program = carousel_program().string();
    std::vector<std::string> arguments{program};
    arguments.insert(arguments.end(), words.begin(), words.end());
    std::vector<std::string> environment;
    for (const char* kept :
         {"PATH", "HOME", "TMPDIR", "CAROUSEL_ISA", "CAROUSEL_READY_MODELS", "ASAN_OPTIONS"}) {
        const char* value = ::getenv(kept);
        if (value != nullptr && !setting.environment.contains(kept))
            environment.push_back(kept + ("=" + std::string(value)));
    }
    for (const auto& [key, value] : setting.environment) environment.push_back(key + "=" + value);
    auto argument_pointers = pointers(arguments), environment_pointers = pointers(environment);
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("cannot fork");
    if (process_ == 0) {
        replace(files.in, STDIN_FILENO);
        replace(files.out, STDOUT_FILENO);
        replace(files.err, STDERR_FILENO);
        if (setting.closed_streams) {
            for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(stream);
        }
        if (::chdir(folder.c_str()) != 0) ::_exit(126);
        ::execve(program.c_str(), argument_pointers.data(), environment_pointers.data());
        ::_exit(127);
    }
    for (const int descriptor : {files.in, files.out, files.err}) ::close(descriptor);
}

Program::~Program() {
    if (running()) {
        send(SIGKILL);
        wait();
    }
}

void Program::send(int signal) const {
    ::kill(process_, signal);
}

bool Program::running() {
    if (!ended_) ended_ = ::waitpid(process_, &status_, WNOHANG) == process_;
    return !ended_;
}

Ended Program::wait() {
    if (!ended_) ::waitpid(process_, &status_, 0);
    ended_ = true;
    return {WIFEXITED(status_) ? WEXITSTATUS(status_) : -1,
            WIFSIGNALED(status_) ? WTERMSIG(status_) : 0, content(out_), content(err_)};
}

bool appears(const fs::path& path) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!fs::exists(path)) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string little_text() {
    std::string text;
    for (int i = 0; i < 120; ++i) {
        text += "The wheel goes round, the horses rise,\n";
        text += "and " + std::to_string(i * i % 97) + " lamps look on with golden eyes.\n";
    }
    return text;
}

Words tiny_training(int steps) {
    return Words{"train", "text.txt", "--model", "m.carousel"} +
           Words{"--hidden-size", "12", "--layers",  "2", "--batch-size",        "4",
                 "--window",      "16", "--threads", "1", "--dropout-recurrent", "0"} +
           Words{"--steps", std::to_string(steps)};
}

std::string inspected(const fs::path& folder, const std::string& file, const std::string& field) {
    const auto ended = run(folder, {"inspect", file, "--json"});
    REQUIRE_MESSAGE(ended.code == 0, ended.err);
    return nlohmann::json::parse(ended.out).at(field).dump();
}

}  // namespace carousel
