#include "app/log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/own_file.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_most_waiting = std::size_t{1} << 20;  // bytes

// Inside of a text a quotation mark has a backslash before it: this is a key.
std::optional<std::uint64_t> step_of(std::string_view line) {
    constexpr std::string_view k_key = ",\"step\":";
    const auto key = line.find(k_key);
    if (key == std::string_view::npos) return std::nullopt;
    const auto digits = line.substr(key + k_key.size());
    std::uint64_t step = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), step).ec != std::errc())
        return std::nullopt;
    return step;
}

}  // namespace

std::string_view kept_lines(std::string_view log, std::uint64_t step) {
    log = log.substr(0, log.rfind('\n') + 1);  // npos + 1 is 0
    std::optional<std::size_t> cut;
    for (std::size_t begin = 0; begin < log.size();) {
        const auto end = log.find('\n', begin) + 1;
        if (const auto of = step_of(log.substr(begin, end - begin))) {
            if (*of <= step)
                cut.reset();
            else if (!cut)
                cut = begin;
        }
        begin = end;
    }
    return log.substr(0, cut.value_or(log.size()));
}

LogFile::LogFile(std::filesystem::path path, std::optional<std::uint64_t> resumed_at)
    : path_(std::move(path)) {
    descriptor_ =
        ::open(path_.c_str(),
               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (resumed_at ? 0 : O_TRUNC), 0666);
    if (descriptor_ < 0) fail();
    if (descriptor_ < 0 || !resumed_at) return;
    try {
        const auto log = read_file(path_);
        const auto size = static_cast<off_t>(kept_lines(log, *resumed_at).size());
        if (::ftruncate(descriptor_, size) != 0) fail();
    } catch (const InputError&) {
        fail();
    }
}

LogFile::~LogFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void LogFile::append(std::string_view line) {
    if (waiting_.size() + line.size() > k_most_waiting) {
        ++lines_lost_;
    } else {
        waiting_ += line;
        waiting_ += '\n';
        ++lines_waiting_;
    }
    struct stat before;
    if (descriptor_ < 0) return;
    if (::fstat(descriptor_, &before) != 0) return fail();
    for (std::string_view rest = waiting_; !rest.empty();) {
        const auto count = ::write(descriptor_, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            fail();
            // Half a line would spoil the next one.
            if (::ftruncate(descriptor_, before.st_size) != 0)
                cause_ += ", and a line is cut short";
            return;
        }
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    waiting_.clear();
    lines_waiting_ = 0;
    fails_ = false;
}

void LogFile::fail() {
    cause_ = std::generic_category().message(errno);
    if (!std::exchange(fails_, true)) is_told_ = false;
}

std::optional<std::string> LogFile::new_failure() {
    if (!fails_ || std::exchange(is_told_, true)) return std::nullopt;
    return fmt::format("the log {} cannot be written: {}. The training goes on{}.",
                       shown_path(path_), cause_,
                       descriptor_ < 0 ? " without it" : ", and the lines are tried again");
}

std::optional<std::string> LogFile::shortfall() const {
    const auto lost = lines_waiting_ + lines_lost_;
    if (lost == 0 || descriptor_ < 0) return std::nullopt;  // the latter was told
    return fmt::format("the log {} lacks {}: {}.", shown_path(path_), format_count(lost, "line"),
                       cause_);
}

}  // namespace carousel
