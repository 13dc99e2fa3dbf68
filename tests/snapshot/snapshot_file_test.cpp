#include "snapshot/snapshot_file.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <span>
#include <stdexcept>
#include <thread>

#include "base/error.hpp"
#include "base/file.hpp"
#include "largest_request.hpp"
#include "model/two_nets.hpp"
#include "small_snapshot.hpp"
#include "support/temporary_folder.hpp"

namespace carousel {
namespace {

using namespace std::string_literals;

void replace_content(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::remove(path);  // some file systems flush a file that is cut and written anew
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string refusal_by(const std::function<void()>& load) {
    try {
        load();
    } catch (const SnapshotError& error) {
        CHECK(error.exit_code() == 1);
        return error.what();
    }
    return "";
}

/// Why a file with these bytes, or the bytes themselves, are refused; empty when they are not. Any
/// other exception is a failure.
std::string refusal(const std::filesystem::path& path, const std::string& bytes) {
    replace_content(path, bytes);
    const auto why = refusal_by([&] { load_snapshot(path); });
    CHECK(refusal_by([&] { load_snapshot(std::as_bytes(std::span(bytes)), path); }) == why);
    return why;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// No file grows beyond `bytes` while this lives: a full disk for everybody, root too.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

/// As a file in 8 bits is made: no state.
Snapshot eight_bit_snapshot() {
    Snapshot snapshot = small_snapshot();
    snapshot.precision = Precision::int8;
    snapshot.state.reset();
    return snapshot;
}

/// One layer of `hidden_size` units: as many bytes as a test needs.
Snapshot sized_snapshot(std::int64_t hidden_size, float first) {
    Snapshot snapshot = small_snapshot();
    snapshot.model.hidden_size = hidden_size;
    snapshot.weights = numbered_tensors(snapshot.model, first);
    snapshot.state.reset();
    return snapshot;
}

}  // namespace

TEST_SUITE("snapshot/snapshot_file") {
    TEST_CASE("what is saved is loaded, byte for byte") {
        const TemporaryFolder folder;
        const auto path = folder / "models/deep/a.carousel";
        const Snapshot snapshot = small_snapshot();
        save_snapshot(path, snapshot);
        CHECK(encoded(load_snapshot(path)) == encoded(snapshot));
        save_snapshot(path, sized_snapshot(200, 1));
        CHECK(encoded(load_snapshot(path)) == encoded(sized_snapshot(200, 1)));
        CHECK(!std::filesystem::exists(folder / "models/deep/.a.carousel.carousel-partial"));
    }

    TEST_CASE("in 8 bits a file keeps each number to half a level of its row, vectors exactly") {
        const TemporaryFolder folder;
        const Snapshot snapshot = eight_bit_snapshot();
        save_snapshot(folder / "a", snapshot);
        const Snapshot loaded = load_snapshot(folder / "a");
        CHECK(loaded.precision == Precision::int8);
        REQUIRE(loaded.weights.size() == snapshot.weights.size());
        for (std::size_t i = 0; i < loaded.weights.size(); ++i) {
            const auto &found = loaded.weights[i], &expected = snapshot.weights[i];
            CAPTURE(expected.name);
            REQUIRE(found.shape == expected.shape);
            if (expected.shape.size() == 1) CHECK(found == expected);
            for (std::size_t j = 0; j < found.values.size(); ++j) {
                const float largest =
                    *std::max_element(expected.values.begin(), expected.values.end());
                CHECK(std::abs(found.values[j] - expected.values[j]) <= largest / 254 * 1.001F);
            }
        }
    }

    TEST_CASE("the name of an 8-bit tensor cannot drive the terminal from an error message") {
        const TemporaryFolder folder;
        Snapshot snapshot = eight_bit_snapshot();
        snapshot.weights[0].name = "\x1b[2J"s;
        snapshot.quantized = {{.name = "\x1b[2J", .shape = {1}, .scales = {}, .levels = {}}};
        const std::string why = refusal(folder / "a", framed(encoded(snapshot)));
        CHECK(contains(why, "\\x1b[2J"));
        CHECK(!contains(why, "\x1b"));
    }

    TEST_CASE("a level or a scale that the format does not have is refused") {
        const TemporaryFolder folder;
        save_snapshot(folder / "a", eight_bit_snapshot());
        const std::string whole = read_file(folder / "a"),
                          content = whole.substr(40, whole.size() - 72);
        const auto changed = [&](const std::function<void(QuantizedTensor&)>& change) {
            auto stored = read_record<Snapshot>(std::as_bytes(std::span(content)));
            change(stored.quantized.at(0));
            return refusal(folder / "a", framed(encoded(stored)));
        };
        CHECK(changed([](QuantizedTensor&) {}) == "");
        CHECK(contains(changed([](QuantizedTensor& t) { t.levels[0] = -128; }),
                       "a level of an 8-bit tensor is -128, not in [-127, 127]"));
        for (const float scale : {-1.0F, std::numeric_limits<float>::infinity()}) {
            CHECK(contains(changed([&](QuantizedTensor& t) { t.scales[1] = scale; }),
                           "a scale of an 8-bit tensor is"));
        }
    }

    TEST_CASE("the container is magic, version, kind, length, content and SHA-256") {
        const TemporaryFolder folder;
        save_snapshot(folder / "a", small_snapshot());
        CHECK(read_file(folder / "a") == framed(encoded(small_snapshot())));
    }

    TEST_CASE("a file has the first version that can say its settings, and is read so") {
        const TemporaryFolder folder;
        auto snapshot = small_snapshot();
        const auto version = [&] { return read_file(folder / "a").at(8); };
        save_snapshot(folder / "a", snapshot);
        CHECK(version() == 1);
        const auto size = std::filesystem::file_size(folder / "a");
        CHECK(load_snapshot(folder / "a").training.shards == 1);
        snapshot.training.shards = 4;
        save_snapshot(folder / "a", snapshot);
        CHECK(version() == 2);
        CHECK(std::filesystem::file_size(folder / "a") == size + sizeof(std::int64_t));
        CHECK(load_snapshot(folder / "a").training == snapshot.training);
        snapshot.teachers = {{"a", Sha256Digest{3}}, {"b", {}}};
        save_snapshot(folder / "a", snapshot);
        CHECK(version() == 3);
        CHECK(load_snapshot(folder / "a").teachers == snapshot.teachers);
        snapshot.teachers.clear();
        snapshot.training.teacher_temperature = 2;
        save_snapshot(folder / "a", snapshot);
        CHECK(version() == 3);
        CHECK(load_snapshot(folder / "a").training == snapshot.training);
        snapshot.training.teacher_temperature = 1;
        snapshot.training.precision = TrainingPrecision::bf16;
        save_snapshot(folder / "a", snapshot);
        CHECK(version() == 3);
        CHECK(load_snapshot(folder / "a").training == snapshot.training);
        snapshot.training.shards = 0;
        CHECK_THROWS_AS(save_snapshot(folder / "a", snapshot), std::logic_error);
    }

    TEST_CASE("a model of two nets has both in its file, and is of version 3") {
        const TemporaryFolder folder;
        auto snapshot = small_snapshot();
        snapshot.state.reset();
        const auto forward = snapshot.weights;
        snapshot.model.direction = ReadingDirection::both;
        CHECK_THROWS_AS(save_snapshot(folder / "a", snapshot), std::logic_error);  // one net
        auto backward = forward;
        for (auto& tensor : backward)
            for (auto& value : tensor.values) value = -value;
        append_tensors(Way::backward, backward, snapshot.weights);
        for (const auto precision : {Precision::int8, Precision::float32}) {
            snapshot.precision = precision;
            save_snapshot(folder / "a", snapshot);
        }
        CHECK(read_file(folder / "a").at(8) == 3);
        auto loaded = load_snapshot(folder / "a");
        CHECK(loaded.model == snapshot.model);
        CHECK(loaded.weights == snapshot.weights);
        CHECK(take_backward_net(loaded) == backward);
        CHECK(loaded.weights == forward);
        CHECK(loaded.model == one_net(snapshot.model));
        CHECK(take_backward_net(loaded).empty());
    }

    TEST_CASE("the state of a model of two nets has the memory of both") {
        auto snapshot = small_snapshot();
        auto& state = *snapshot.state;
        for (auto* tensors : {&snapshot.weights, &state.first_moments, &state.second_moments,
                              &state.averaged_weights})
            append_tensors(Way::backward, std::vector(*tensors), *tensors);
        snapshot.model.direction = ReadingDirection::both;
        CHECK_THROWS_AS(require_valid(snapshot), std::invalid_argument);
        for (auto* carried : {&state.hidden, &state.cell}) {
            carried->shape[1] *= 2;
            carried->values.insert(carried->values.end(), {1, 2});
        }
        CHECK_NOTHROW(require_valid(snapshot));
    }

    TEST_CASE("the file of a Transformer is of version 3 and tells its heads and its context") {
        const TemporaryFolder folder;
        auto snapshot = small_snapshot();
        auto& model = snapshot.model;
        model = {.cell = CellKind::transformer,
                 .vocabulary_size = model.vocabulary_size,
                 .layers = 1,
                 .hidden_size = 4,
                 .embedding_size = 4,
                 .heads = 2,
                 .context = 5};
        snapshot.weights = numbered_tensors(model, 1);
        auto& state = *snapshot.state;
        state.first_moments = state.second_moments = state.averaged_weights = snapshot.weights;
        state.hidden = {"hidden", {1, 2, 64}, std::vector<float>(128, 0.5F)};
        state.cell = {"cell", {1, 2, 1}, {7, 0}};
        save_snapshot(folder / "a", snapshot);
        CHECK(read_file(folder / "a").at(8) == 3);
        const auto loaded = load_snapshot(folder / "a");
        CHECK(loaded.model == model);
        CHECK(loaded.weights == snapshot.weights);
        CHECK(loaded.state->hidden == state.hidden);
    }

    TEST_CASE("a file cut short at any length is refused as cut") {
        const TemporaryFolder folder;
        const std::string whole = framed(encoded(small_snapshot()));
        CHECK(contains(refusal(folder / "a", ""), "a is empty."));
        for (std::size_t length = 1; length < whole.size(); ++length) {
            CAPTURE(length);
            CHECK(contains(refusal(folder / "a", whole.substr(0, length)), "is cut short"));
        }
    }

    TEST_CASE("a file with any one bit flipped is refused") {
        const TemporaryFolder folder;
        std::string bytes = framed(encoded(small_snapshot()));
        for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
            CAPTURE(i);
            const auto flip = static_cast<char>(1 << i % 8);
            bytes[i / 8] ^= flip;
            const std::string why = refusal(folder / "a", bytes);
            CHECK((contains(why, "is damaged") ||
                   (i < 64 && contains(why, "not a Carousel model")) ||
                   (i / 8 >= 32 && i / 8 < 40 && contains(why, "is cut short"))));
            bytes[i / 8] ^= flip;
        }
    }

    TEST_CASE("a file that goes on after its end is refused") {
        const TemporaryFolder folder;
        const std::string bytes = framed(encoded(small_snapshot())) + "x";
        CHECK(contains(refusal(folder / "a", bytes), "it goes on after the"));
    }

    TEST_CASE("a file of another kind is refused with a sentence that names it") {
        const TemporaryFolder folder;
        const auto path = folder / "some\x1b[2J.carousel";
        CHECK(contains(refusal(path, "To be, or not to be, that is the question: whether"),
                       "some\\x1b[2J.carousel is not a Carousel model"));
        CHECK(contains(refusal(path, "PK\x03\x04"), "is not a Carousel model"));
        CHECK(contains(refusal(folder / "a.safetensors", "{}"), "`carousel import`"));
        CHECK(contains(refusal(path, framed(encoded(small_snapshot()), 1, "n-grams")),
                       "is a Carousel file of another kind, \"n-grams\"; a \"language model\""));
    }

    TEST_CASE("a file from the future is refused with its version and the advice to update") {
        const TemporaryFolder folder;
        const std::string why = refusal(folder / "a", framed("what only the future knows", 4));
        CHECK(contains(why, "its format version is 4, and this program reads versions up to 3"));
        CHECK(contains(why, "Update Carousel."));
        CHECK(contains(refusal(folder / "a", framed("", 0)), "format version 0, which never was"));
    }

    TEST_CASE("a missing file and a folder are input errors") {
        const TemporaryFolder folder;
        CHECK_THROWS_AS(load_snapshot(folder / "none"), InputError);
        CHECK_THROWS_AS(load_snapshot(folder.path()), InputError);
    }

    TEST_CASE("absurd contents under a right checksum never crash, nor ask for memory they lack") {
        const TemporaryFolder folder;
        std::string content = encoded(small_snapshot());
        SUBCASE("in floats") {}
        SUBCASE("in 8 bits") {
            save_snapshot(folder / "a", eight_bit_snapshot());
            const std::string whole = read_file(folder / "a");
            content = whole.substr(40, whole.size() - 72);
        }
        const auto survives = [&](const std::string& hostile) {
            largest_request = 0;
            const std::string why = refusal(folder / "a", framed(hostile));
            CHECK((why.empty() || contains(why, "has the right checksum, but its contents")));
            CHECK(largest_request < 16 * content.size() + 65536);
        };
        for (std::size_t at = 0; at < content.size(); ++at) {
            CAPTURE(at);
            for (const char value : {'\0', '\xff', '\x80', '\x7f'}) {
                survives(std::string(content).replace(at, 1, 1, value));
            }
            if (at + 8 > content.size()) continue;
            for (const std::uint64_t value : {std::uint64_t{1} << 20, std::uint64_t{1} << 40,
                                              std::uint64_t{1} << 61, UINT64_MAX}) {
                survives(std::string(content).replace(at, 8, little_endian(value)));
            }
        }
    }

    TEST_CASE("a length in the header that the file does not have asks for no memory") {
        const TemporaryFolder folder;
        const std::string content = encoded(small_snapshot());
        for (const std::uint64_t length : {std::uint64_t{1} << 40, UINT64_MAX - 72, UINT64_MAX}) {
            std::string bytes = framed(content);
            bytes.replace(32, 8, little_endian(length));
            largest_request = 0;
            CHECK(contains(refusal(folder / "a", bytes), "is cut short"));
            CHECK(largest_request <= std::size_t{1} << 21);
        }
    }

    TEST_CASE("wrong shapes and numbers that are not finite are refused under a right checksum") {
        const TemporaryFolder folder;
        Snapshot snapshot = small_snapshot();
        snapshot.weights[0].shape = {2, 3};
        CHECK(contains(refusal(folder / "a", framed(encoded(snapshot))),
                       "has the shape (2, 3), not (3, 2)"));
        snapshot = small_snapshot();
        snapshot.state->first_moments[0].values[0] = std::numeric_limits<float>::quiet_NaN();
        CHECK(contains(refusal(folder / "a", framed(encoded(snapshot))), "that is not finite"));
    }

    TEST_CASE("a snapshot that is not finite is not saved and leaves the old file") {
        const TemporaryFolder folder;
        save_snapshot(folder / "a", small_snapshot());
        Snapshot wrong = small_snapshot();
        wrong.weights[0].values[0] = std::numeric_limits<float>::infinity();
        CHECK_THROWS_AS(save_snapshot(folder / "a", wrong), std::logic_error);
        CHECK(encoded(load_snapshot(folder / "a")) == encoded(small_snapshot()));
    }

    TEST_CASE("a full disk leaves the old file and nothing beside it") {
        const TemporaryFolder folder;
        const Snapshot old = small_snapshot();
        save_snapshot(folder / "a", old);
        const Snapshot large = sized_snapshot(100, 1);
        const std::size_t size = framed(encoded(large)).size();
        for (const std::size_t limit : {std::size_t{0}, std::size_t{39}, size / 2, size - 1}) {
            CAPTURE(limit);
            const FullDisk full(limit);
            CHECK_THROWS_AS(save_snapshot(folder / "a", large), InputError);
            CHECK(encoded(load_snapshot(folder / "a")) == encoded(old));
            CHECK(!std::filesystem::exists(folder / ".a.carousel-partial"));
        }
        save_snapshot(folder / "a", large);
        CHECK(encoded(load_snapshot(folder / "a")) == encoded(large));
    }

    TEST_CASE("a folder that cannot be written is an input error that names the file") {
        const TemporaryFolder folder;
        replace_content(folder / "file", "x");
        try {
            save_snapshot(folder / "file/a.carousel", small_snapshot());
            FAIL("a file was taken for a folder");
        } catch (const InputError& error) {
            CHECK(contains(error.what(), (folder / "file").native()));
        }
        std::filesystem::create_directory(folder / "b.carousel");
        CHECK_THROWS_AS(save_snapshot(folder / "b.carousel", small_snapshot()), InputError);
        CHECK_THROWS_AS(save_snapshot("/dev/full", small_snapshot()), InputError);
        CHECK(std::filesystem::is_character_file("/dev/full"));
    }

    TEST_CASE("a process killed at any moment of its saves leaves a file that loads") {
        const TemporaryFolder folder;
        const auto path = folder / "a.carousel";
        const Snapshot snapshots[] = {sized_snapshot(100, 1), sized_snapshot(150, 2)};
        const std::string contents[] = {encoded(snapshots[0]), encoded(snapshots[1])};
        save_snapshot(path, snapshots[0]);
        // Moments within the first few saves, however busy the machine is.
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 4; ++i) save_snapshot(path, snapshots[0]);
        const auto took = (std::chrono::steady_clock::now() - start) / 4;
        int seen[] = {0, 0};
        for (unsigned round = 0; round < 60; ++round) {
            const pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) {
                for (unsigned i = round;; ++i) save_snapshot(path, snapshots[i % 2]);
            }
            std::this_thread::sleep_for(took * (round % 20) / 5 + std::chrono::milliseconds(1));
            ::kill(child, SIGKILL);
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            CHECK(WIFSIGNALED(status));
            const std::string found = encoded(load_snapshot(path));
            REQUIRE((found == contents[0] || found == contents[1]));
            ++seen[found == contents[1]];
        }
        CHECK(seen[0] > 0);
        CHECK(seen[1] > 0);
        save_snapshot(path, snapshots[0]);
        CHECK(!std::filesystem::exists(folder / ".a.carousel.carousel-partial"));
    }
}

}  // namespace carousel
