#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace carousel {

/// How a run of the built program ended.
struct Ended {
    int code = 0;    ///< exit code; -1 when a signal ended it
    int signal = 0;  ///< that signal
    std::string out, err;
};

using Words = std::vector<std::string>;

/// The built program, running in a folder. What it prints is kept in files there.
class Program {
public:
    struct Setting {
        std::string input{};  ///< standard input
        std::map<std::string, std::string> environment{};
        bool closed_output = false;   ///< standard output is a pipe that nobody reads
        bool full_output = false;     ///< standard output is a full disk
        bool full_errors = false;     ///< standard error is one
        bool closed_streams = false;  ///< there are no standard streams
    };

    Program(const std::filesystem::path& folder, const Words& words, const Setting& setting);
    Program(const std::filesystem::path& folder, const Words& words)
        : Program(folder, words, Setting{}) {}
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void send(int signal) const;
    bool running();
    Ended wait();

private:
    std::filesystem::path out_, err_;
    pid_t process_;
    int status_ = 0;
    bool ended_ = false;
};

/// Runs the program to its end.
inline Ended run(const std::filesystem::path& folder, const Words& words,
                 const Program::Setting& setting = Program::Setting{}) {
    return Program(folder, words, setting).wait();
}

/// `words` with `more` behind them.
inline Words operator+(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// Waits until a file is there, for a minute at most.
bool appears(const std::filesystem::path& path);

std::string content(const std::filesystem::path& path);
void write(const std::filesystem::path& path, const std::string& text);

/// A little text to learn from, the same each time.
std::string little_text();

/// Words that train a tiny model on `text.txt` in `steps` steps.
Words tiny_training(int steps);

/// The value of a top-level field of the JSON that `inspect` prints, as JSON text.
std::string inspected(const std::filesystem::path& folder, const std::string& file,
                      const std::string& field);

}  // namespace carousel
